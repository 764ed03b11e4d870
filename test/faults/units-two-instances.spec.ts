import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { unitViolations } from '../history/check-units.js';
import { partOf } from '../history/unit-record.js';
import { startProgram } from '../process/run-program.js';
import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { useProducer } from '../support/use-producer.js';
import { HeardKafka } from './support/heard-kafka.js';
import { toldIn, untoldIn, type ToldUnit } from './support/told-file.js';
import { TopicReader } from './support/topic-reader.js';

const PARTITIONS = 3;
const ABORT_INTERVAL_MS = 10_000;
const CALLERS = 20;
const WAIT = { timeout: 30_000, interval: 20 };
/** Commits of the one that goes on, after the other was told: enough to have asked for each of its ids, and then time enough to take one back. */
const COMMITS_AFTER = 1_000;

describeWithOwnKafka('two processes with the same instanceId', () => {
  let kafka: HeardKafka;
  let folder: string;

  beforeAll(async () => {
    kafka = await HeardKafka.apache(ABORT_INTERVAL_MS);
    folder = await mkdtemp(join(tmpdir(), 'units-'));
  });

  afterAll(async () => {
    await kafka?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    { when: 'one after the other', areTogether: false },
    { when: 'at the same time', areTogether: true },
  ])('started $when: one is told, stays told and leaves the id alone; nothing is torn', async ({ areTogether }) => {
    const topics = [0, 1].map((index) => `two-${areTogether}-${index}`);
    for (const topic of topics) await kafka.createTopic(topic, PARTITIONS);
    const start = (clientId: string) => {
      const file = join(folder, clientId);
      const transactions = { idPrefix: 'shop', instanceId: `ordinal-${areTogether}` };
      const load = { seed: 1, callers: CALLERS, maxPauseMs: 30 };
      const options = JSON.stringify({ file, clientId, topics, partitions: PARTITIONS, transactions, ...load });
      return { clientId, file, program: startProgram('committing-units', [options, ...kafka.forClients]) };
    };
    const committed = async (file: string): Promise<number> =>
      (await toldIn(file).catch(() => [])).filter(({ outcome }) => outcome === 'committed').length;
    const moreCommits = async (file: string): Promise<void> => {
      const before = await committed(file);
      await expect.poll(() => committed(file), WAIT).toBeGreaterThan(before + COMMITS_AFTER);
    };
    const first = start(`first-${areTogether}`);
    await expect.poll(() => committed(first.file), WAIT).toBeGreaterThanOrEqual(areTogether ? 0 : 100);
    const both = [first, start(`second-${areTogether}`)];
    const fenced = async (): Promise<typeof both> => {
      const told = await Promise.all(both.map(({ file }) => toldIn(file).catch((): ToldUnit[] => [])));
      return both.filter((_, index) => told[index]?.some(({ outcome }) => outcome === 'fenced'));
    };
    try {
      await expect.poll(async () => (await fenced()).length, WAIT).toBeGreaterThan(0);
      const [loser] = await fenced();
      const winner = both.find((each) => each !== loser)!;
      const askedByLoser = inits(loser!.clientId);
      await moreCommits(winner.file);
      const askedByWinner = inits(winner.clientId);
      await moreCommits(winner.file);
      expect((await fenced()).map(({ clientId }) => clientId)).toEqual([loser!.clientId]);
      expect([inits(loser!.clientId), inits(winner.clientId)]).toEqual([askedByLoser, askedByWinner]);
      for (const { program } of both) program.tell('stop');
      const ends = await Promise.all(both.map(({ program }) => program.end));
      expect(ends.map(({ code }) => code)).toEqual([0, 0]);
      const told = await toldIn(loser!.file);
      const from = told.findIndex(({ outcome }) => outcome === 'fenced');
      const afterwards = told.slice(from);
      expect(afterwards.length).toBeGreaterThan(CALLERS);
      expect([...new Set(afterwards.map(({ outcome }) => outcome))]).toEqual(['fenced']);
      expect(afterwards[0]?.detail).toMatch(/transactional\.id 'shop-ordinal-\w+-\d'.*instanceId/s);
      const all = [...told, ...(await toldIn(winner.file))];
      expect(await violations(topics, all)).toEqual([]);
    } finally {
      for (const { program } of both) program.kill('SIGKILL');
    }
  });

  function inits(clientId: string): number {
    return kafka.asked(clientId, 'InitProducerId');
  }

  async function violations(topics: readonly string[], units: readonly ToldUnit[]): Promise<string[]> {
    // Behind everything: what can be read then is all there will be.
    await useProducer(kafka.bootstrap, {}, (producer) =>
      producer.sendAll(
        topics.flatMap((topic) =>
          Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition, value: 'last 1/1' })),
        ),
      ),
    );
    const reader = new TopicReader(kafka.bootstrap, WAIT.timeout);
    const all = async () => {
      await reader.readAll(topics);
      return [...reader.logs.values()].flat().map(({ value }) => partOf(value));
    };
    const isLast = ({ name }: { name: string }): boolean => name === 'last';
    await expect.poll(async () => (await all()).filter(isLast).length, WAIT).toBe(topics.length * PARTITIONS);
    const seen = (await all()).filter((part) => !isLast(part));
    expect(untoldIn(seen, units)).toEqual([]);
    return unitViolations(units, seen);
  }
});
