import { Simulation, type SimulationOptions, type StoredRecord } from 'embedded-kafka';

import type { ProducerOptions } from '../../../libs/kafka-producer/src/options/producer.options.js';
import type { RecordMetadata } from '../../../libs/kafka-producer/src/record/record-metadata.js';
import { makeTrouble } from '../programs/trouble.mjs';
import { SimulatedProducer } from './simulated-producer.js';

const TOPIC = { name: 'orders', partitions: 6 };
const KEYS = 50;

export interface DeliveryRunOptions {
  readonly records: number;
  /** Of each, at least. @defaultValue 0 */
  readonly valueBytes?: number;
  /** Virtual. */
  readonly troubleMs: number;
  readonly producer?: Partial<ProducerOptions>;
  readonly simulation?: Partial<SimulationOptions>;
}

/** What a producer was told and what lies in the log in the end. */
export interface DeliveryRun {
  readonly hash: string;
  readonly events: number;
  readonly virtualMs: number;
  /** By value. */
  readonly acknowledged: ReadonlyMap<string, RecordMetadata>;
  readonly failed: ReadonlyMap<string, Error>;
  readonly stored: readonly StoredRecord[];
  /** Of everybody, once all is stopped. */
  readonly pendingEvents: number;
  readonly openConnections: number;
  readonly retriedBatches: number;
}

/** Our producer sends records in bursts to three brokers while everything goes wrong that can go wrong between them. */
export async function deliveryRun(seed: number, options: DeliveryRunOptions): Promise<DeliveryRun> {
  const { records, valueBytes = 0, troubleMs, producer: settings = {} } = options;
  const simulation = new Simulation({ seed, latencyMs: [0.1, 20], maxVirtualMs: 1_200_000, ...options.simulation });
  const kafka = await simulation.startKafka({ brokers: 3, topics: [TOPIC] });
  const producer = await SimulatedProducer.create(simulation, { brokers: kafka.bootstrap, producer: settings });
  const acknowledged = new Map<string, RecordMetadata>();
  const failed = new Map<string, Error>();

  const send = async (number: number): Promise<void> => {
    const value = `record-${number}`.padEnd(valueBytes);
    const key = `key-${simulation.random.integer(1, KEYS)}`;
    await producer.pipeline.send({ topic: TOPIC.name, key, value }).then(
      (metadata) => acknowledged.set(value, metadata),
      (error: Error) => failed.set(value, error),
    );
  };
  const sendAll = async (): Promise<void> => {
    const sent: Promise<void>[] = [];
    while (sent.length < records) {
      const burst = Math.min(simulation.random.integer(1, 40), records - sent.length);
      for (let count = 0; count < burst; count++) sent.push(send(sent.length));
      await simulation.sleep(simulation.random.integer(1, (2 * troubleMs * 20) / records));
    }
    await Promise.all(sent);
  };
  await simulation.run(async () => {
    const sent = sendAll();
    await makeTrouble({ simulation, kafka, topic: TOPIC, durationMs: troubleMs });
    await sent;
  });
  const { retriedBatches } = producer.pipeline.stats();
  await simulation.run(producer.close());
  await kafka.stop();
  // Longer than any time-out: what is still there then is a leak.
  await simulation.runFor(600_000);
  return {
    hash: simulation.trace.hash,
    events: simulation.firedEvents,
    virtualMs: simulation.clock.now(),
    acknowledged,
    failed,
    stored: await kafka.recordsIn(TOPIC.name, { isolation: 'read_committed' }),
    pendingEvents: simulation.pendingEvents,
    openConnections: simulation.network.connections.length,
    retriedBatches,
  };
}
