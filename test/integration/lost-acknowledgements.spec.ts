import { EmbeddedKafka, type FaultPlan } from 'embedded-kafka';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { NumberedSends } from '../support/numbered-sends.js';
import { useProducer } from '../support/use-producer.js';

const PARTITIONS = 3;
const TURNS = 60;
const PER_TURN = 10;
const ALL_WELL = { violations: [], acknowledged: TURNS * PER_TURN, failedRecords: 0 };

let kafka: EmbeddedKafka;

beforeEach(async () => {
  kafka = await EmbeddedKafka.start({ brokers: 3, topics: [{ name: 'orders', partitions: PARTITIONS }], seed: 1 });
});

afterEach(() => kafka.stop());

/** Ten records a turn, of which the first have to be acknowledged before the next go; `disturb` runs between the turns. */
async function deliver(disturb: (turn: number) => unknown) {
  const producer = { retryBackoffMs: 5, retryBackoffMaxMs: 50 };
  return useProducer(kafka.bootstrap, { producer }, async (service) => {
    const sends = new NumberedSends(service, 'orders', PARTITIONS);
    const all: Promise<void>[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      for (let i = 0; i < PER_TURN; i++) all.push(sends.send());
      await disturb(turn);
      // Not all of them: some are always on their way when the next fault strikes.
      await all[Math.max(0, all.length - 2 * PER_TURN)];
    }
    await Promise.all(all);
    const violations = await sends.violations(kafka.bootstrap);
    return { ...service.stats(), acknowledged: sends.acknowledged, violations };
  });
}

/** Each strikes once, at the requests it lets pass after the one before. */
function strikes(plans: readonly Pick<FaultPlan, 'skip' | 'action'>[], where: 'onRequest' | 'onResponse') {
  return plans.map((plan) => kafka.faults[where]('Produce', { times: 1, ...plan }));
}

const EVERY_FIFTH = Array.from({ length: 10 }, (_, i) => 5 * i);

describe('records of an idempotent producer are in the log once and in order', () => {
  it.each<{ name: string; where: 'onRequest' | 'onResponse'; action: FaultPlan['action'] }>([
    { name: 'acknowledgements are lost with their connections', where: 'onResponse', action: 'cut' },
    { name: 'connections break before the request was served', where: 'onRequest', action: 'cut' },
    {
      name: 'the leader appends and then says it is none',
      where: 'onResponse',
      action: { errorCode: 'NOT_LEADER_OR_FOLLOWER' },
    },
    { name: 'the broker is none', where: 'onRequest', action: { errorCode: 'NOT_LEADER_OR_FOLLOWER' } },
    { name: 'replicas are too few', where: 'onRequest', action: { errorCode: 'NOT_ENOUGH_REPLICAS' } },
    {
      name: 'replicas are too few after the append',
      where: 'onResponse',
      action: { errorCode: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND' },
    },
  ])('although $name', async ({ where, action }) => {
    const faults = strikes(
      EVERY_FIFTH.map((skip) => ({ skip, action })),
      where,
    );
    const delivered = await deliver(() => undefined);
    expect(faults.map(({ hits }) => hits)).toEqual(faults.map(() => 1));
    expect(delivered).toMatchObject(ALL_WELL);
    expect(delivered.retriedBatches).toBeGreaterThanOrEqual(faults.length);
  });

  it('although leaders move', async () => {
    let moves = 0;
    const delivered = await deliver((turn) => {
      const partition = turn % PARTITIONS;
      const leader = kafka.leaderOf('orders', partition);
      kafka.moveLeader('orders', partition, (leader % 3) + 1);
      moves++;
    });
    expect(moves).toBe(TURNS);
    expect(delivered).toMatchObject(ALL_WELL);
    expect(delivered.retriedBatches).toBeGreaterThan(10);
  });

  it('although brokers stop and start, with acknowledgements lost on the way', async () => {
    const faults = strikes(
      EVERY_FIFTH.map((skip) => ({ skip, action: 'cut' as const })),
      'onResponse',
    );
    const delivered = await deliver(async (turn) => {
      const broker = kafka.broker((Math.floor(turn / 10) % 3) + 1);
      if (turn % 10 === 2) await broker.stop();
      if (turn % 10 === 7) await broker.start();
    });
    expect(delivered).toMatchObject(ALL_WELL);
    expect(faults.map(({ hits }) => hits)).toEqual(faults.map(() => 1));
  });
});
