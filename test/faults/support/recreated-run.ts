import { setTimeout as delay } from 'node:timers/promises';

import type { Random } from 'embedded-kafka';
import type { ProducerOptions } from 'nestjs-kafka-producer';

import type { ApacheKafka } from '../../apache-kafka/launcher.mjs';
import { DeliveryHistory } from '../../history/delivery-history.js';
import type { SentRecord } from '../../history/sent-record.js';
import { useProducer } from '../../support/use-producer.js';
import { ClusterAdmin } from './cluster-admin.js';
import { leftBehind } from './left-behind.js';
import { TopicReader } from './topic-reader.js';
import { verdictOn, type Verdict } from './verdict.js';
import { Workload } from './workload.js';

const PARTITIONS = 12;
const LOAD = { callers: 100, partitions: PARTITIONS, maxPauseMs: 200 };
const SERVED_WITHIN_MS = 60_000;
const RECORDS_BETWEEN = 400;
/** How much later than allowed a record may be settled on a machine that is busy. */
const LEEWAY_MS = 1_000;

export interface RecreatedRunOptions {
  readonly bootstrap: readonly string[];
  readonly topic: string;
  /** Between the deletion and the creation. */
  readonly goneForMs: number;
  readonly producer: Pick<ProducerOptions, 'deliveryTimeoutMs' | 'maxBlockMs' | 'requestTimeoutMs'>;
}

export interface RecreatedRun extends Verdict {
  /** Acknowledged records that went with the topic. */
  readonly gone: number;
  /** Records that were under way while the topic was deleted and created again. */
  readonly between: number;
  /** Records acknowledged before the deletion that are in the new topic. */
  readonly resurrected: readonly string[];
  readonly leftBehind: readonly string[];
}

/**
 * A topic is deleted and created again while callers send to it.
 *
 * What was acknowledged and sent before the new topic was there may be gone with the old one; nothing else may. What was acknowledged before the
 * deletion began must be gone. All the other promises hold in the new topic: no record twice, none that failed with 'no', each where it was said
 * to be, in the order of the calls.
 */
export async function recreatedRun(
  kafka: ApacheKafka,
  random: Random,
  { bootstrap, topic, goneForMs, producer }: RecreatedRunOptions,
): Promise<RecreatedRun> {
  const admin = new ClusterAdmin(kafka.bootstrap);
  await kafka.createTopic({ name: topic, partitions: PARTITIONS });
  const history = new DeliveryHistory();
  let [deletedAtMs, createdAtMs] = [0, 0];
  let left: string[] = [];
  await useProducer(bootstrap, { client: { connectionTimeout: 1_000 }, producer }, async (service) => {
    const workload = new Workload(history, (record) => service.send(record), random, [topic], LOAD);
    workload.start();
    try {
      await progress(workload);
      deletedAtMs = performance.now();
      await admin.deleteTopic(topic);
      await delay(goneForMs);
      await kafka.createTopic({ name: topic, partitions: PARTITIONS });
      createdAtMs = performance.now();
      await progress(workload);
    } catch (error) {
      void workload.stop();
      throw error;
    }
    await workload.stop();
    await workload.untilAllAcknowledge(SERVED_WITHIN_MS);
    left = leftBehind(service.stats());
  });
  const reader = new TopicReader(kafka.bootstrap, SERVED_WITHIN_MS);
  await reader.readAll([topic]);
  const there = new Set((reader.logs.get(topic) ?? []).map(({ value }) => value));
  const mayBeGone = ({ outcome, calledAtMs, value }: SentRecord): boolean =>
    outcome.kind === 'ok' && calledAtMs < createdAtMs && !there.has(value);
  const kept = { sent: history.sent.filter((record) => !mayBeGone(record)), sightings: [] };
  const old = history.sent.filter(
    ({ outcome, settledAtMs = Infinity }) => outcome.kind === 'ok' && settledAtMs < deletedAtMs,
  );
  const between = history.sent.filter(
    ({ calledAtMs, settledAtMs = Infinity }) => calledAtMs < createdAtMs && settledAtMs > deletedAtMs,
  );
  const run = {
    ...verdictOn(kept, reader.logs, producer.maxBlockMs + producer.deliveryTimeoutMs + LEEWAY_MS),
    gone: history.sent.length - kept.sent.length,
    between: between.length,
    resurrected: old.filter(({ value }) => there.has(value)).map(({ value }) => value),
    leftBehind: left,
  };
  console.log(
    `${topic}: ${history.sent.length} records, ${run.gone} gone with the old topic, ${run.between} under way meanwhile ` +
      `(${outcomes(between)}), ${there.size} in the new one, the slowest settled after ${Math.round(run.slowestMs)} ms`,
  );
  return run;
}

function outcomes(sent: readonly SentRecord[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of sent) counts.set(outcome.kind, (counts.get(outcome.kind) ?? 0) + 1);
  return [...counts].map((it) => it.join(' ')).join(', ');
}

async function progress(workload: Workload): Promise<void> {
  const enough = workload.acknowledged + RECORDS_BETWEEN;
  const untilMs = performance.now() + SERVED_WITHIN_MS;
  while (workload.acknowledged < enough) {
    if (performance.now() > untilMs) throw new Error(`nothing is acknowledged within ${SERVED_WITHIN_MS} ms`);
    await delay(20);
  }
}
