import { crc32c, SizedRecord } from 'kafka-wire';

import { createBrokerCluster } from '../../../libs/kafka-producer/src/cluster/broker-cluster.js';
import type { Cluster } from '../../../libs/kafka-producer/src/cluster/cluster.js';
import { systemClock } from '../../../libs/kafka-producer/src/support/clock.js';
import {
  createTransactionalProducer,
  type TransactionalProducerSettings,
} from '../../../libs/kafka-producer/src/transactions/producer/create-transactional-producer.js';
import { InstanceProducers } from '../../../libs/kafka-producer/src/transactions/producer/instance-producers.js';
import type { TransactionalProducer } from '../../../libs/kafka-producer/src/transactions/producer/transactional-producer.js';
import { StagedRecord } from '../../../libs/kafka-producer/src/transactions/unit/staged-record.js';

const SETTINGS: TransactionalProducerSettings = {
  transactionalId: 'shop-1',
  transactionTimeoutMs: 15_000,
  recordsPurpose: 'transaction',
  controlPurpose: 'control',
  batchSizeBytes: 16_384,
  maxRequestSizeBytes: 1_048_576,
  codec: undefined,
  maxInFlightRequestsPerConnection: 5,
  requestTimeoutMs: 5_000,
  retryBackoffMs: 5,
  retryBackoffMaxMs: 50,
  checksum: crc32c,
};

/** A cluster of our own connections to some Kafka, and producers on it. */
export class TransactionalProducers {
  readonly cluster: Cluster;

  constructor(bootstrap: readonly string[]) {
    this.cluster = createBrokerCluster(
      { client: { clientId: 'spec', brokers: [...bootstrap] }, requestTimeoutMs: 5_000, retryBackoffMs: 5 },
      systemClock,
      () => {},
    );
  }

  /** @param topics that are known before it begins, as they are when records are staged */
  async create(
    topics: readonly string[],
    settings: Partial<TransactionalProducerSettings> = {},
  ): Promise<TransactionalProducer> {
    for (const topic of topics) await this.cluster.loadTopic(topic, 10_000);
    return createTransactionalProducer({ ...SETTINGS, ...settings }, this.cluster, systemClock);
  }

  /** Those of one process, on topics that are known. */
  instance(instanceId: string | undefined): InstanceProducers {
    const instance = { idPrefix: 'shop', instanceId, transactionTimeoutMs: SETTINGS.transactionTimeoutMs };
    return new InstanceProducers(instance, SETTINGS, this.cluster, systemClock);
  }

  close(): Promise<void> {
    return this.cluster.close();
  }
}

export function staged(topic: string, partition: number, value: string, key: string | null = null): StagedRecord {
  return new StagedRecord(topic, partition, new SizedRecord(key, value, Date.now()));
}

/** So far away that it does not matter. */
export function deadline(afterMs = 20_000): number {
  return systemClock.now() + afterMs;
}
