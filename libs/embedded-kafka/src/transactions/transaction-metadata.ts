import { NO_PRODUCER_ID, type ProducerId } from 'kafka-wire';
import { transition, type TransactionState } from './transaction-state.js';

/** Feature level `transaction.version`: 2 raises the epoch with every transaction (KIP-890). */
export type TransactionVersion = 1 | 2;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export const NO_EPOCH = -1;
/** The last epoch there is; never handed out, so that a producer can always be fenced. */
const LAST_EPOCH = 0x7fff;

export function isExhausted(epoch: number): boolean {
  return epoch >= LAST_EPOCH - 1;
}

/** What the coordinator knows of one transactional id (Kafka's `TransactionMetadata`). */
export class TransactionMetadata {
  producerId: ProducerId;
  /** The one before a rotation, until the next transaction begins: a retry may still name it. */
  previousProducerId: ProducerId = NO_PRODUCER_ID;
  /** Takes over once the markers are written; {@link NO_PRODUCER_ID} when the id stays. */
  nextProducerId: ProducerId = NO_PRODUCER_ID;
  /** {@link NO_EPOCH} until the first InitProducerId is done. */
  epoch = NO_EPOCH;
  /** Epoch before the last rise that its producer asked for; {@link NO_EPOCH} after another instance's InitProducerId. */
  lastEpoch = NO_EPOCH;
  /** When the first partition was added; -1 before. */
  startMs = -1;
  readonly partitions = new Map<string, TopicPartition>();
  #state: TransactionState = 'Empty';

  constructor(
    readonly transactionalId: string,
    producerId: ProducerId,
    public timeoutMs: number,
    public lastUpdateMs: number,
  ) {
    this.producerId = producerId;
  }

  get state(): TransactionState {
    return this.#state;
  }

  /** True while markers are being written: nothing else can happen to the id. */
  get isCompleting(): boolean {
    return this.#state === 'PrepareCommit' || this.#state === 'PrepareAbort';
  }

  get isExhausted(): boolean {
    return isExhausted(this.epoch);
  }

  moveTo(state: TransactionState, nowMs: number): void {
    this.#state = transition(this.#state, state);
    this.lastUpdateMs = nowMs;
  }

  has({ topic, partition }: TopicPartition): boolean {
    return this.partitions.has(partitionKey(topic, partition));
  }

  /** Opens a transaction with the first partition. */
  add(partitions: readonly TopicPartition[], nowMs: number): void {
    if (this.#state !== 'Ongoing') this.startMs = nowMs;
    this.moveTo('Ongoing', nowMs);
    this.previousProducerId = this.producerId;
    for (const one of partitions) this.partitions.set(partitionKey(one.topic, one.partition), one);
  }
}

export function partitionKey(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}
