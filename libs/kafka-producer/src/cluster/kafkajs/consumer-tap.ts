import { identify, type ConsumerIdentity } from '../../record/consumer-identity.js';
import { systemClock, type Clock } from '../../support/clock.js';
import type { FetchResponse, OffsetsResponse } from './kafkajs-parts.js';
import { WithheldPartitions } from './withheld-partitions.js';

/**
 * What is known of one kafkajs consumer that kafkajs does not tell: who it is in its group, and from where it was to go on.
 *
 * One per consumer; see `consumerIdentityTap()`.
 */
export class ConsumerTap {
  readonly groupId: string;
  /** Which partitions are not fetched for now. */
  readonly withheld: WithheldPartitions;
  readonly clock: Clock;

  /** As the last SyncGroup told it; becomes `#identity` when kafkajs begins anew with the positions of that generation. */
  #joined: ConsumerIdentity | undefined;
  #identity: ConsumerIdentity | undefined;
  #positionsBegun = 0;
  /** By `topic:partition`: decimal. */
  readonly #committed = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  readonly #messageListeners = new Set<MessageListener>();

  constructor(groupId: string, clock: Clock = systemClock) {
    this.groupId = groupId;
    this.clock = clock;
    this.withheld = new WithheldPartitions(clock);
  }

  /** Whose positions kafkajs fetches from; `undefined` before it has joined. The same object for as long as it is the same member of the same generation. */
  get identity(): ConsumerIdentity | undefined {
    return this.#identity;
  }

  /** Whether what this identity fetched may still be this consumer's. `false` is certain, `true` the broker has to confirm. */
  isCurrent(identity: ConsumerIdentity): boolean {
    return this.#identity === identity;
  }

  /** How often kafkajs has begun anew with its positions: what it asked for before belongs to nobody. */
  get positionsBegun(): number {
    return this.#positionsBegun;
  }

  /**
   * Where the partition stood, decided, when it was last assigned or `noteCommitted()` was called: whatever lies below was consumed.
   *
   * @returns decimal; `undefined` when nothing was ever committed, or it is not known yet
   */
  committedOffset(topic: string, partition: number): string | undefined {
    return this.#committed.get(`${topic}:${partition}`);
  }

  /** @param offset decimal, of the next message to consume. Of another generation it is ignored. */
  noteCommitted(identity: ConsumerIdentity, topic: string, partition: number, offset: string): void {
    if (this.isCurrent(identity)) this.#committed.set(`${topic}:${partition}`, offset);
  }

  /** Called with every new generation, when all that was known of the one before is forgotten. */
  onGeneration(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Called with every message that is fetched, before kafkajs has it. */
  onMessage(listener: MessageListener): void {
    this.#messageListeners.add(listener);
  }

  /** @internal */
  synced({ memberId, generationId }: { memberId: string; generationId: number }): void {
    const known = this.#identity;
    const isKnown = known?.memberId === memberId && known.generationId === generationId;
    this.#joined = isKnown ? known : Object.freeze({ groupId: this.groupId, memberId, generationId });
  }

  /** @internal */
  beganPositions(): void {
    this.#positionsBegun += 1;
    if (this.#joined === undefined || this.#joined === this.#identity) return;
    this.#identity = this.#joined;
    this.#committed.clear();
    this.withheld.releaseAll();
    for (const listener of this.#listeners) listener();
  }

  /** @internal */
  fetchedOffsets(responses: readonly OffsetsResponse[]): void {
    for (const { topic, partitions } of responses) {
      for (const { partition, offset } of partitions) {
        const key = `${topic}:${partition}`;
        if (BigInt(offset) > BigInt(this.#committed.get(key) ?? '-1')) this.#committed.set(key, offset);
      }
    }
  }

  /**
   * @returns the same response, its messages tagged with who fetched them
   * @internal
   */
  fetched(response: FetchResponse, identity: ConsumerIdentity): FetchResponse {
    for (const { partitions } of response.responses) {
      for (const { messages } of partitions) for (const message of messages) this.#tag(message, identity);
    }
    return response;
  }

  #tag(message: object, identity: ConsumerIdentity): void {
    identify(message, identity);
    for (const listener of this.#messageListeners) listener(message, identity);
  }
}

type MessageListener = (message: object, identity: ConsumerIdentity) => void;
