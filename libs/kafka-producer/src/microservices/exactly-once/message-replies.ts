import type { KafkaMessage } from '../../cluster/kafkajs/consumer-batch.js';

/** On the message, because it survives the copy that Nest's parser makes, which is all that a publisher is told. */
const REPLIES = Symbol('nestjs-kafka-producer/replies');

interface Answered {
  [REPLIES]?: MessageReplies;
}

/** What Nest publishes as one reply. */
export interface ReplyPacket {
  readonly response?: unknown;
  readonly err?: unknown;
  /** The last one of a stream. */
  readonly isDisposed?: boolean;
  /** Only in the reply that says that nobody handles the pattern, which is the only one. */
  readonly id?: string;
}

/** Where replies go, as the request says. */
export interface ReplyAddress {
  readonly topic: string;
  readonly partition: string | null | undefined;
  readonly correlationId: string;
}

/** The handler has told the caller that it failed: nothing it sent is to be committed, the reply is. */
export class RepliedFailure extends Error {
  constructor(cause: unknown) {
    super('The handler replied with an error', { cause });
  }
}

/**
 * Holds the replies of a `@MessagePattern` handler back until it has replied for the last time.
 *
 * Nest sends each when it comes, by a producer of its own, and does not wait for it: neither would it be part of the unit, nor would the unit know when
 * to end.
 */
export class MessageReplies {
  readonly packets: ReplyPacket[] = [];
  address: ReplyAddress | undefined;
  #isComplete = false;
  #onComplete: () => void = () => undefined;

  /** @returns the replies of the message that this one is a copy of */
  static of(message: object): MessageReplies | undefined {
    return (message as Answered)[REPLIES];
  }

  constructor(message: KafkaMessage) {
    (message as Answered)[REPLIES] = this;
  }

  /** In the place of Nest's publisher. */
  publisherTo(address: ReplyAddress): (packet: ReplyPacket) => Promise<never[]> {
    this.address = address;
    return async (packet) => {
      this.packets.push(packet);
      if (packet.isDisposed === true || packet.id !== undefined) {
        this.#isComplete = true;
        this.#onComplete();
      }
      return [];
    };
  }

  /**
   * Resolves when there will be no more; at once for a message whose handler does not reply.
   *
   * @throws RepliedFailure when one of them is an error
   */
  async complete(): Promise<void> {
    if (this.address !== undefined && !this.#isComplete) {
      await new Promise<void>((resolve) => (this.#onComplete = resolve));
    }
    const failed = this.packets.find(({ err }) => err !== undefined && err !== null);
    if (failed !== undefined) throw new RepliedFailure(failed.err);
  }
}
