import type { Simulation } from 'embedded-kafka';
import { crc32c, type Codec } from 'kafka-wire';

import { createBrokerCluster } from '../../../libs/kafka-producer/src/cluster/broker-cluster.js';
import type { Cluster } from '../../../libs/kafka-producer/src/cluster/cluster.js';
import type { Given } from '../../../libs/kafka-producer/src/options/module.options.js';
import type { ProducerOptions } from '../../../libs/kafka-producer/src/options/producer.options.js';
import { resolveOptions, type ResolvedOptions } from '../../../libs/kafka-producer/src/options/resolve-options.js';
import type { CloseReport } from '../../../libs/kafka-producer/src/pipeline/close-report.js';
import type { PipelineSettings } from '../../../libs/kafka-producer/src/pipeline/pipeline-settings.js';
import { ProducerPipeline } from '../../../libs/kafka-producer/src/pipeline/producer-pipeline.js';
import { simulatedTransport } from './simulated-transport.js';

export interface SimulatedProducerOptions {
  readonly brokers: readonly string[];
  /** Its host in the network, and its client id. @defaultValue 'producer' */
  readonly name?: string;
  /** As in `forRoot()`. */
  readonly producer?: Given<ProducerOptions>;
}

const LONGEST_COMPRESSION_MS = 20;

/** The whole producer without Nest, put together as its module does it: time, chance and bytes are the simulation's. */
export class SimulatedProducer {
  readonly pipeline: ProducerPipeline;
  readonly cluster: Cluster;
  /** What its stages were told. */
  readonly settings: PipelineSettings;
  /** Of batches that were given up. */
  readonly failures: Error[] = [];

  private constructor(simulation: Simulation, name: string, { client, producer, codec }: ResolvedOptions) {
    const { clock } = simulation;
    const random = (): number => simulation.random.next();
    this.cluster = createBrokerCluster(
      { ...producer, client },
      clock,
      (level, message) => simulation.note(`${name} ${level}: ${message}`),
      { transport: simulatedTransport(simulation, name), random },
    );
    this.settings = {
      ...producer,
      acks: producer.acks === 'all' ? -1 : producer.acks,
      codec: codec && onVirtualTime(codec, simulation),
      checksum: crc32c,
      random,
    };
    this.pipeline = new ProducerPipeline(this.settings, this.cluster, clock, {
      batchFailed: (error) => void this.failures.push(error),
    });
  }

  /** Loads codecs, so it takes real time: to be awaited before the simulation runs. It connects when it has something to send. */
  static async create(simulation: Simulation, options: SimulatedProducerOptions): Promise<SimulatedProducer> {
    const { brokers, name = 'producer', producer = {} } = options;
    const resolved = await resolveOptions({ client: { clientId: name, brokers }, producer });
    return new SimulatedProducer(simulation, name, resolved);
  }

  /** As the application's shutdown does it. */
  async close(timeoutMs = 30_000): Promise<CloseReport> {
    const report = await this.pipeline.close(timeoutMs);
    await this.cluster.close();
    return report;
  }
}

/** Threads are not simulated: how long they take, and so which of two is done first, is left to chance; so is whether small bodies need one. */
function onVirtualTime(codec: Codec, simulation: Simulation) {
  return {
    id: codec.id,
    compress: async (bytes: Uint8Array) => {
      const compressed = await simulation.outside(() => codec.compress(bytes));
      await simulation.sleep(simulation.random.next() * LONGEST_COMPRESSION_MS);
      return compressed;
    },
    decompress: async (bytes: Uint8Array, maxSizeBytes?: number) => {
      const records = await simulation.outside(() => codec.decompress(bytes, maxSizeBytes));
      await simulation.sleep(simulation.random.next() * LONGEST_COMPRESSION_MS);
      return records;
    },
    ...(simulation.random.chance(0.5) &&
      codec.compressSync && { compressSync: (bytes: Uint8Array) => codec.compressSync?.(bytes) ?? bytes }),
  };
}
