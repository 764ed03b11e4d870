import { setTimeout as delay } from 'node:timers/promises';

import { Kafka, logLevel } from 'kafkajs';
import type { ApiName } from 'kafka-wire';
import type { Transaction } from 'nestjs-kafka-producer';

import { unitViolations, type CheckedUnit } from '../../history/check-units.js';
import { partOf } from '../../history/unit-record.js';
import { runUnit } from '../../support/run-unit.js';
import { useProducer } from '../../support/use-producer.js';
import type { FrameWay } from './frame-ways.js';
import type { ProxiedKafka } from './proxied-kafka.js';
import { TopicReader } from './topic-reader.js';

export const PARTITIONS = 3;
export const REQUEST_TIMEOUT_MS = 400;
const OPTIONS = {
  producer: { requestTimeoutMs: REQUEST_TIMEOUT_MS, retryBackoffMs: 20, retryBackoffMaxMs: 100 },
  transactions: { commitTimeoutMs: 60_000 },
};
/** Asked before the first unit of a client, and not again. */
const FIRST_USE: ReadonlySet<ApiName> = new Set(['FindCoordinator', 'InitProducerId']);
const OF_OFFSETS: ReadonlySet<ApiName> = new Set(['AddOffsetsToTxn', 'TxnOffsetCommit']);
/** A commit is decided a moment before it can be read. */
const READ_WITHIN_MS = 20_000;
const POLL_MS = 50;

export interface FaultyRun {
  readonly hits: number;
  /** What those were told that were not committed. */
  readonly notCommitted: readonly string[];
  readonly violations: readonly string[];
  /** Offsets of the group that are committed, of those the last unit has committed. */
  readonly offsets: string;
  readonly openUnits: number;
  readonly waitingUnits: number;
  readonly stagedBytes: number;
}

/** Of a run in which nothing was lost. */
export function soundRun(api: ApiName, units: number): FaultyRun {
  const offsets = OF_OFFSETS.has(api) ? `${units + 2} of ${units + 2}` : 'none';
  return { hits: 1, notCommitted: [], violations: [], offsets, openUnits: 0, waitingUnits: 0, stagedBytes: 0 };
}

/** So many units at once, while one frame of their client meets a fault; a unit before, where that asks nothing of what is struck, and one after. */
export async function unitsThroughFault(
  { kafka, bootstrap, strikes }: ProxiedKafka,
  topics: readonly string[],
  { api, side, action, units: count }: FrameWay & { readonly api: ApiName; readonly units: number },
): Promise<FaultyRun> {
  const clientId = `${side}-${action.kind}-${api}-${count}`;
  const places = topics.flatMap((topic) =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })),
  );
  return useProducer(bootstrap, { ...OPTIONS, client: { clientId } }, async (producer) => {
    let consumed = 0;
    const consume = async (tx: Transaction): Promise<void> => {
      if (!OF_OFFSETS.has(api)) return;
      const offset = { topic: topics[0] ?? '', partition: 0, offset: String(++consumed) };
      await tx.sendOffsets({ groupId: clientId, member: 'unfenced', offsets: [offset] });
    };
    const run = (name: string) => runUnit(producer, `${clientId}-${name}`, places, { beside: consume });
    const before = FIRST_USE.has(api) ? [] : [await run('before')];
    const strike = strikes.arm(side, action, { times: 1, api, clientId });
    const during = await Promise.all(Array.from({ length: count }, (_, index) => run(String(index))));
    const { hits } = strike;
    const units = [...before, ...during, await run('after')];
    const violations = await lastViolations(kafka.bootstrap, topics, units);
    const offsets =
      consumed === 0
        ? 'none'
        : `${await committedOffset(kafka.bootstrap, clientId, topics[0] ?? '', consumed)} of ${consumed}`;
    const { openUnits, waitingUnits, stagedBytes } = producer.stats();
    const notCommitted = units
      .filter(({ told }) => told !== 'committed')
      .map(({ told, error }) => `${told}: ${error?.message}`);
    return { hits, notCommitted, violations, offsets, openUnits, waitingUnits, stagedBytes };
  });
}

/** When they have gone, or do not go. */
async function lastViolations(
  bootstrap: readonly string[],
  topics: readonly string[],
  units: readonly CheckedUnit[],
): Promise<string[]> {
  const own = new Set(units.map(({ name }) => name));
  const reader = new TopicReader(bootstrap, READ_WITHIN_MS);
  return untilRight(
    async () => {
      await reader.readAll(topics);
      const seen = [...reader.logs.values()].flat().map(({ value }) => partOf(value));
      return unitViolations(
        units,
        seen.filter(({ name }) => own.has(name)),
      );
    },
    (violations) => violations.length === 0,
  );
}

async function committedOffset(
  bootstrap: readonly string[],
  groupId: string,
  topic: string,
  expected: number,
): Promise<string> {
  const admin = new Kafka({ clientId: 'spec', brokers: [...bootstrap], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await untilRight(
      async () => {
        const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
        return answer?.partitions.find(({ partition }) => partition === 0)?.offset ?? 'none';
      },
      (offset) => offset === String(expected),
    );
  } finally {
    await admin.disconnect();
  }
}

/** @returns the first answer that is right, or the last one */
async function untilRight<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  const untilMs = performance.now() + READ_WITHIN_MS;
  for (;;) {
    const answer = await ask();
    if (isRight(answer) || performance.now() > untilMs) return answer;
    await delay(POLL_MS);
  }
}
