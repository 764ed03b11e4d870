import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Random } from 'embedded-kafka';

import { unitViolations, type CheckedUnit, type SeenPart } from '../../history/check-units.js';
import { partOf, unitValue, wholeUnit } from '../../history/unit-record.js';
import { startProgram } from '../../process/run-program.js';
import { KcatReader } from '../../support/kcat-reader.js';
import { reached } from '../../support/reached.js';
import { useProducer } from '../../support/use-producer.js';
import type { HeardKafka } from './heard-kafka.js';
import { toldIn, untoldIn } from './told-file.js';
import { TopicReader } from './topic-reader.js';

export interface KillRound {
  readonly problems: readonly string[];
  /** Units whose callers were told before the process was killed. */
  readonly told: number;
  /** Units that are committed although nobody was told. */
  readonly untold: number;
  /** Records kcat had been given when the process was killed. */
  readonly seenBefore: number;
  /** How long after the kill everything behind what it left open could be read by kcat. */
  readonly heldUpMs: number;
}

const CONCURRENT_UNITS = 1_000;
const TOPICS = 3;
const PARTITIONS = 3;
/** How often it has asked it before it is killed in the middle of it. */
const ASKED_BEFORE = [5, 40] as const;
const READ_WITHIN_MS = 60_000;
const SENTINEL = 'sentinel';

/** Kills a process (SIGKILL) that has a thousand units under way, at a seeded moment, and reads what is there of them. */
export async function killRound(
  kafka: HeardKafka,
  random: Random,
  options: {
    readonly round: number;
    readonly transactionTimeoutMs: number;
    /** The request in whose middle it is killed. */
    readonly api: 'Produce' | 'EndTxn';
  },
): Promise<KillRound> {
  const { round, transactionTimeoutMs, api } = options;
  const folder = await mkdtemp(join(tmpdir(), 'units-'));
  const file = join(folder, 'told');
  const clientId = `killed-${round}`;
  const topics = Array.from({ length: TOPICS }, (_, index) => `killed-${round}-${index}`);
  for (const topic of topics) await kafka.createTopic(topic, PARTITIONS);
  const settings = { file, clientId, topics, partitions: PARTITIONS, transactions: { transactionTimeoutMs } };
  const load = { seed: random.integer(1, 2 ** 30), callers: CONCURRENT_UNITS, maxPauseMs: 400 };
  const program = startProgram('committing-units', [JSON.stringify({ ...settings, ...load }), ...kafka.forClients]);
  const kcat = new KcatReader(kafka.bootstrap, topics);
  try {
    await program.said('all are open');
    const times = random.integer(...ASKED_BEFORE);
    let seenBefore = 0;
    await kafka.heard(clientId, api, times, () => {
      program.kill('SIGKILL');
      seenBefore = kcat.seen.length;
    });
    const killedAtMs = performance.now();
    const { signal, stderr } = await program.end;
    if (signal !== 'SIGKILL' || stderr !== '') throw new Error(`the process ended with ${signal}: ${stderr}`);
    const sentinels = await sendBehind(kafka, topics);
    await reached(() => count(kcat.seen) === sentinels.length, READ_WITHIN_MS, 'kcat reads what is behind');
    const heldUpMs = performance.now() - killedAtMs;
    const seen = await readAll(kafka, topics);
    const told = await toldIn(file);
    const untold = untoldIn(seen, [...told, ...sentinels]);
    const units = [...told, ...untold, ...sentinels];
    console.log(
      `round ${round}: killed at request ${times} of ${api}, ${told.length} units told, ${untold.length} committed and not told, ` +
        `kcat had ${seenBefore} records, held up for ${Math.round(heldUpMs)} ms`,
    );
    const problems = [
      ...unitViolations(units, seen).map((text) => `a reader sees ${text}`),
      ...unitViolations(units, kcat.seen).map((text) => `kcat sees ${text}`),
    ];
    return { problems, told: told.length, untold: untold.length, seenBefore, heldUpMs };
  } finally {
    program.kill('SIGKILL');
    await kcat.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A plain record into each partition: it can be read when nothing before it is open any more. */
async function sendBehind({ bootstrap }: HeardKafka, topics: readonly string[]): Promise<CheckedUnit[]> {
  const places = topics.flatMap((topic) =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })),
  );
  const nameOf = ({ topic, partition }: (typeof places)[number]): string => `${SENTINEL}-${topic}-${partition}`;
  await useProducer(bootstrap, {}, (producer) =>
    producer.sendAll(places.map((place) => ({ ...place, value: unitValue(nameOf(place), 1, 1) }))),
  );
  return places.map((place) => ({ name: nameOf(place), told: 'committed', parts: wholeUnit(1) }));
}

function count(seen: readonly SeenPart[]): number {
  return seen.filter(({ name }) => name.startsWith(SENTINEL)).length;
}

async function readAll({ bootstrap }: HeardKafka, topics: readonly string[]): Promise<SeenPart[]> {
  const reader = new TopicReader(bootstrap, READ_WITHIN_MS);
  await reader.readAll(topics);
  return [...reader.logs.values()].flat().map(({ value }) => partOf(value));
}
