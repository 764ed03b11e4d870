import { Simulation, type EmbeddedKafka } from 'embedded-kafka';

import type { ProducerOptions } from '../../../libs/kafka-producer/src/options/producer.options.js';
import type { ProducerRecord } from '../../../libs/kafka-producer/src/record/producer-record.js';
import { checkHistory } from '../../history/check-history.js';
import { DeliveryHistory } from '../../history/delivery-history.js';
import { describeViolations } from '../../history/describe-violations.js';
import type { Outcome } from '../../history/sent-record.js';
import { ProduceWatch } from '../nemesis/produce-watch.js';
import { SimulatedProducer } from './simulated-producer.js';

export const ORDERS = 'orders';

/** One producer, three brokers and one fault, on virtual time. */
export class FaultStage {
  readonly history: DeliveryHistory;
  readonly watch: ProduceWatch;

  private constructor(
    readonly simulation: Simulation,
    readonly kafka: EmbeddedKafka,
    readonly producer: SimulatedProducer,
  ) {
    this.history = new DeliveryHistory(() => simulation.clock.now());
    this.watch = new ProduceWatch(() => simulation.clock.now());
    this.watch.attach(producer.cluster);
  }

  static async open(
    settings: Partial<ProducerOptions> = {},
    partitions = 1,
    producerClass = SimulatedProducer,
  ): Promise<FaultStage> {
    const simulation = new Simulation({ seed: 1, maxVirtualMs: 600_000 });
    const kafka = await simulation.startKafka({ brokers: 3, topics: [{ name: ORDERS, partitions }] });
    const options = { requestTimeoutMs: 500, ...settings };
    return new FaultStage(
      simulation,
      kafka,
      await producerClass.create(simulation, { brokers: kafka.bootstrap, producer: options }),
    );
  }

  /** Records that are sent in one turn, a batch each when `batchSizeBytes` is 0. */
  send(count: number, record: Partial<ProducerRecord> = {}): Promise<Outcome[]> {
    const sent = Array.from({ length: count }, () =>
      this.history.send(record.topic ?? ORDERS, (value) =>
        this.producer.pipeline.send({ topic: ORDERS, partition: 0, value, ...record }),
      ),
    );
    return Promise.all(sent);
  }

  /** The producer is known to the leaders of these partitions: batches may be pipelined. */
  async warmUp(partitions = 1): Promise<void> {
    for (let partition = 0; partition < partitions; partition++) await this.send(1, { partition });
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return this.simulation.run(work);
  }

  /** Closes everything, and holds what was told against the log. @returns what is wrong, if anything */
  async verdict(): Promise<string> {
    const { simulation, kafka, producer } = this;
    await simulation.run(() => producer.close());
    kafka.faults.clear();
    await simulation.runFor(10_000);
    const records = await kafka.recordsIn(ORDERS);
    await kafka.stop();
    await simulation.runFor(60_000);
    const log = records.map(({ partition, offset, value }) => ({
      partition,
      offset: Number(offset),
      value: value?.toString().split(' ')[0] ?? '',
    }));
    const history = { sent: this.history.sent, logs: new Map([[ORDERS, log]]) };
    const found = checkHistory(history);
    const { bufferedBytes } = producer.pipeline.stats();
    const left = { bufferedBytes, timers: simulation.pendingEvents, sockets: simulation.network.connections.length };
    const isClean = bufferedBytes + left.timers + left.sockets === 0;
    return [
      ...(found.length > 0 ? [describeViolations(found, history)] : []),
      ...(isClean ? [] : [JSON.stringify(left)]),
    ].join('\n');
  }
}

/** Kinds of the outcomes, each once. */
export function kindsOf(outcomes: readonly Outcome[]): string[] {
  return [...new Set(outcomes.map(({ kind }) => kind))].toSorted();
}
