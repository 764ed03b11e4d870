/** Who fetched a message: what the broker compares with the group as it is now when the offset of that message is committed (KIP-447). */
export interface ConsumerIdentity {
  /** As the brokers know the group; Nest has appended its postfix. */
  readonly groupId: string;
  readonly memberId: string;
  readonly generationId: number;
}

/** On the message itself, for it survives the copy that Nest's parser makes; of the registry, for two copies of this package may meet at one message. */
const IDENTITY = Symbol.for('nestjs-kafka-producer/consumer-identity');

interface Tagged {
  [IDENTITY]?: ConsumerIdentity;
}

/**
 * Who fetched a message, at the moment of its fetch: a consumer that has rejoined since is somebody else, and what it fetched before may be another's now.
 *
 * @param message of a kafkajs consumer with `consumerIdentityTap()`, or the copy that Nest gives to a handler
 * @returns `undefined` when the consumer has no tap
 */
export function identityOf(message: object): ConsumerIdentity | undefined {
  return (message as Tagged)[IDENTITY];
}

export function identify(message: object, identity: ConsumerIdentity): void {
  (message as Tagged)[IDENTITY] = identity;
}
