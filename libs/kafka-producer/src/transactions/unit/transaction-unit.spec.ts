import { describe, expect, it } from 'vitest';

import { InMemoryProducer } from '../../testing/in-memory-producer.js';

/** Values are ready when they are told, in any order. */
function gates() {
  const open = new Map<string, () => void>();
  const serialize = (data: unknown): Promise<string> | string => {
    const text = String(data);
    if (text.startsWith('bad')) throw new Error(`not ${text}`);
    return text.startsWith('slow') ? new Promise((resolve) => open.set(text, () => resolve(text))) : text;
  };
  const producer = new InMemoryProducer({ serializers: { value: { serialize } } });
  const seen = (): (string | null)[] => producer.records.in('t').map(({ text }) => text);
  return { producer, seen, let: (name: string) => open.get(name)?.() };
}

const record = (value: string) => ({ topic: 't', value });

describe('a unit', () => {
  it('keeps the order of its sends, whichever record is ready first', async () => {
    const { producer, seen, let: letGo } = gates();
    const whole = producer.transaction(async (tx) => {
      void tx.send(record('slow 1'));
      void tx.send(record('2'));
      void tx.sendAll([record('3'), record('4')]);
      setImmediate(() => letGo('slow 1'));
    });
    await whole;
    expect(seen()).toEqual(['slow 1', '2', '3', '4']);
  });

  it('has what was called before its end, also by a beforeCommit hook, and nothing that was called later', async () => {
    const { producer, seen, let: letGo } = gates();
    let late: Promise<unknown> | undefined;
    const whole = producer.transaction(async (tx) => {
      tx.beforeCommit(() => void tx.send(record('slow of the hook')));
      tx.afterCompletion(() => {
        late = tx.send(record('late'));
      });
      await tx.send(record('1'));
    });
    await new Promise((turn) => setTimeout(turn, 20));
    expect(seen()).toEqual([]);
    letGo('slow of the hook');
    await whole;
    expect(seen()).toEqual(['1', 'slow of the hook']);
    await expect(late).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_TRANSACTION_ENDED', state: 'committed' });
  });

  it('can only be aborted when a send failed that nobody awaited, and ends no process by it', async () => {
    const { producer, seen } = gates();
    const whole = producer.transaction(async (tx) => {
      void tx.send(record('bad'));
      await tx.send(record('1'));
    });
    await expect(whole).rejects.toMatchObject({
      reason: 'rollback-only',
      cause: { code: 'KAFKA_PRODUCER_SERIALIZATION' },
    });
    expect(seen()).toEqual([]);
    expect(producer.stats()).toMatchObject({ openUnits: 0, stagedBytes: 0 });
  });

  it('loses what failed in a savepoint, and neither what was sent before it nor what was decided inside', async () => {
    const { producer, seen, let: letGo } = gates();
    const whole = producer.transaction(async (tx) => {
      void tx.send(record('slow before'));
      const lost = tx.savepoint(async () => {
        await tx.send(record('inside'));
        await tx.send(record('bad'));
      });
      letGo('slow before');
      await expect(lost).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_SERIALIZATION' });
    });
    await whole;
    expect(seen()).toEqual(['slow before']);
    const marked = producer.transaction(async (tx) => {
      const lost = tx.savepoint(async () => {
        tx.markRollbackOnly('no stock');
        throw new Error('of the savepoint');
      });
      await lost.catch(() => {});
      await tx.send(record('never'));
    });
    await expect(marked).rejects.toMatchObject({ reason: 'marked' });
    expect(seen()).toEqual(['slow before']);
  });

  it('is over at its deadline although a record never gets ready', async () => {
    const { producer } = gates();
    const whole = producer.transaction(async (tx) => void tx.send(record('slow for ever')), { timeoutMs: 30 });
    await expect(whole).rejects.toMatchObject({ reason: 'timeout' });
    expect(producer.stats().openUnits).toBe(0);
  });

  it('streams as soon as it is larger than a staged unit shall be', async () => {
    const producer = new InMemoryProducer();
    const states: string[] = [];
    await producer.transaction(async (tx) => {
      for (let count = 0; count < 40; count++) {
        await producer.send({ topic: 't', value: `${count}`.padEnd(500_000) });
        states.push(tx.state);
      }
    });
    expect(states.indexOf('streaming')).toBe(8);
    expect(producer.records.in('t').map(({ text }) => Number(text))).toEqual(states.map((_, index) => index));
    expect(producer.stats()).toMatchObject({ openUnits: 0, stagedBytes: 0, streamingProducers: 0 });
  });

  it('ends once', async () => {
    const { producer } = gates();
    const tx = await producer.beginTransaction();
    const first = tx.commit();
    await expect(tx.commit()).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_TRANSACTION_ENDED' });
    await first;
    await expect(tx.commit()).rejects.toMatchObject({ state: 'committed' });
    await expect(tx.abort()).resolves.toBeUndefined();
    const signal = AbortSignal.abort(new Error('before'));
    await expect(producer.transaction(async () => {}, { signal })).rejects.toMatchObject({ reason: 'cancelled' });
    expect(producer.stats().openUnits).toBe(0);
  });
});
