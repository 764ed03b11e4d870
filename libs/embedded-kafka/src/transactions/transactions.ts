import type { TransactionCoordinator } from './transaction-coordinator.js';
import type { TopicPartition, TransactionVersion } from './transaction-metadata.js';
import type { TransactionState } from './transaction-state.js';

/** A transactional id as its coordinator knows it. */
export interface TransactionInfo {
  readonly transactionalId: string;
  readonly state: TransactionState;
  /** 16 hex digits, as `StoredRecord.producer.id`. */
  readonly producerId: string;
  readonly producerEpoch: number;
  /** Of the open transaction, or those that still wait for their marker to be complete; groups as partitions of `__consumer_offsets`. */
  readonly partitions: readonly TopicPartition[];
}

/** What transactions are in, and how fast they end: for tests. */
export class Transactions {
  readonly #coordinator: TransactionCoordinator;

  constructor(coordinator: TransactionCoordinator) {
    this.#coordinator = coordinator;
  }

  /** All transactional ids, in the order in which they were first used. */
  list(): TransactionInfo[] {
    return [...this.#coordinator.ids].map(({ transactionalId, state, producerId, epoch, partitions }) => ({
      transactionalId,
      state,
      producerId: producerId.toString('hex'),
      producerEpoch: epoch,
      partitions: [...partitions.values()],
    }));
  }

  /** Undefined for an id nobody has used. */
  get(transactionalId: string): TransactionInfo | undefined {
    return this.list().find((one) => one.transactionalId === transactionalId);
  }

  /** Sets the level of the feature `transaction.version`, as `kafka-features upgrade` does. Clients see it when they ask for ApiVersions next. */
  setVersion(version: TransactionVersion): void {
    this.#coordinator.setVersion(version);
  }

  /** From now on decided transactions stay incomplete: their markers wait for {@link releaseMarkers}. */
  holdMarkers(): void {
    this.#coordinator.markers.hold();
  }

  /** Writes the markers that waited; later ones take their usual time. */
  releaseMarkers(): void {
    this.#coordinator.markers.release();
  }
}
