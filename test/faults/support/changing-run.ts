import { setTimeout as delay } from 'node:timers/promises';

import type { EmbeddedKafka, Random } from 'embedded-kafka';
import type { KafkaProducerService, ProducerOptions } from 'nestjs-kafka-producer';

import { DeliveryHistory } from '../../history/delivery-history.js';
import { useProducer } from '../../support/use-producer.js';
import { leftBehind } from './left-behind.js';
import { verdictOn, type Verdict } from './verdict.js';
import { Workload } from './workload.js';

export const CHANGING_TOPIC = 'orders';
const PARTITIONS = 6;
const LOAD = { callers: 30, partitions: PARTITIONS, maxPauseMs: 20 };
const RECORDS_BETWEEN = 60;
const SERVED_WITHIN_MS = 20_000;
/** How much later than allowed a record may be settled on a machine that is busy. */
const LEEWAY_MS = 1_000;

type Bootstrap = Parameters<typeof useProducer>[0];
type Client = NonNullable<Parameters<typeof useProducer>[1]['client']>;

export interface ChangingRunOptions {
  readonly bootstrap?: Bootstrap;
  readonly client?: Client;
  readonly producer?: Partial<ProducerOptions>;
}

/** While callers send: what changes under them. `more` resolves when so many more records were acknowledged. */
export type Change = (scene: {
  readonly service: KafkaProducerService;
  readonly workload: Workload;
  readonly more: () => Promise<void>;
}) => Promise<unknown>;

export interface ChangingRun extends Verdict {
  readonly leftBehind: readonly string[];
}

/** Callers send through one producer of ours while something changes in an embedded cluster behind real sockets. */
export async function changingRun(
  kafka: EmbeddedKafka,
  random: Random,
  options: ChangingRunOptions,
  change: Change,
): Promise<ChangingRun> {
  const { bootstrap = kafka.bootstrap, client = {} } = options;
  const producer = { requestTimeoutMs: 300, deliveryTimeoutMs: 20_000, maxBlockMs: 10_000, ...options.producer };
  kafka.createTopic({ name: CHANGING_TOPIC, partitions: PARTITIONS, configs: { 'min.insync.replicas': 2 } });
  const history = new DeliveryHistory();
  let left: string[] = [];
  await useProducer(bootstrap, { client: { connectionTimeout: 1_000, ...client }, producer }, async (service) => {
    const topics = [CHANGING_TOPIC];
    const workload = new Workload(history, (record) => service.send(record), random.fork(), topics, LOAD);
    const more = async (): Promise<void> => {
      const enough = workload.acknowledged + RECORDS_BETWEEN;
      const untilMs = performance.now() + SERVED_WITHIN_MS;
      while (workload.acknowledged < enough) {
        if (performance.now() > untilMs) throw new Error(`nothing is acknowledged within ${SERVED_WITHIN_MS} ms`);
        await delay(10);
      }
    };
    workload.start();
    try {
      await more();
      await change({ service, workload, more });
      await more();
    } catch (error) {
      void workload.stop();
      throw error;
    }
    await workload.stop();
    await workload.untilAllAcknowledge(SERVED_WITHIN_MS);
    left = leftBehind(service.stats());
  });
  const log = (await kafka.recordsIn(CHANGING_TOPIC)).map(({ partition, offset, value }) => {
    return { partition, offset: Number(offset), value: String(value) };
  });
  const settleWithinMs = producer.maxBlockMs + producer.deliveryTimeoutMs + LEEWAY_MS;
  return { ...verdictOn(history, new Map([[CHANGING_TOPIC, log]]), settleWithinMs), leftBehind: left };
}
