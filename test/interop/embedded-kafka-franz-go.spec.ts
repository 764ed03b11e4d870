import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeNeeding } from '../support/describe-needing.js';
import { buildGo, goInstalled, type GoProgram } from './go-program.js';

const COUNT = 100;
const VALUES = Array.from({ length: COUNT }, (_, at) => `order ${String(at).padStart(3, '0')}`);
const BUILD_TIMEOUT_MS = 300_000;

describeNeeding([goInstalled], 'franz-go on the embedded cluster', () => {
  let program: GoProgram;
  beforeAll(async () => {
    program = await buildGo('franz-go');
  }, BUILD_TIMEOUT_MS);
  afterAll(() => program?.remove());

  describe.each([1, 2] as const)('with transactions of level %s', (transactionVersion) => {
    let kafka: EmbeddedKafka;
    beforeAll(async () => {
      const topics = ['written', 'shared', 'orders', 'invoices'].map((name) => ({ name, partitions: 3 }));
      kafka = await EmbeddedKafka.start({ brokers: 3, topics, transactionVersion });
    });
    afterAll(() => kafka.stop());

    const run = (scenario: string) => program.run(kafka.bootstrap.join(','), scenario);

    it('produces idempotently in every codec, and reads it back', async () => {
      const read = (await run('produce')) as string[];
      expect(read).toEqual(VALUES.flatMap((value) => Array.from({ length: 5 }, () => value)));
      const records = await kafka.recordsIn('written');
      expect(new Set(records.map(({ producer }) => producer?.id)).size).toBe(5);
    });

    it('consumes in a group, and goes on where the group has committed', async () => {
      expect(await run('group')).toEqual({ first: VALUES, second: ['later'] });
    });

    it('consumes, transforms and produces exactly once', async () => {
      const { invoices, aborted, committed } = (await run('transactions')) as {
        invoices: string[];
        aborted: number;
        committed: number;
      };
      expect(invoices).toEqual(VALUES.map((value) => `invoice of ${value}`));
      expect(aborted).toBeGreaterThan(0);
      expect(await kafka.recordsIn('invoices')).toHaveLength(COUNT + aborted);
      expect(committed).toBe(COUNT);
      expect(kafka.transactions.get('billing')).toMatchObject({ state: 'CompleteCommit' });
    });

    it('administers topics and sees the groups', async () => {
      expect(await run('admin')).toEqual({
        brokers: [1, 2, 3],
        created: ['made', 2, 3],
        partitions: 4,
        retention: '7654321',
        groups: { billing: 'Empty', readers: 'Empty', sharers: 'Empty' },
        refused: expect.stringContaining('TOPIC_ALREADY_EXISTS') as string,
        isLeft: false,
      });
    });
  });
});
