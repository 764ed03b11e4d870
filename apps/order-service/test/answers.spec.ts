import { describe, expect, it } from 'vitest';
import { countAnswers, isCaughtUp, whatIsWrong } from '../src/demo/answers.js';
import { verdict } from '../src/demo/report.js';
import { Run } from '../src/demo/run.js';
import type { ReadRecord } from '../src/demo/topic-reader.js';

function record(topic: string, key: string, more: Partial<ReadRecord> = {}): ReadRecord {
  return { topic, key, partition: 0, offset: '0', value: '{}', headers: {}, sizeBytes: 2, batch: '', ...more };
}

const ORDERS = [{ reference: 'SO-1' }, { reference: 'SO-2' }];
const PLACED = [record('orders.placed', 'SO-1'), record('orders.placed', 'SO-2')];
const CONFIRMED = record('orders.confirmed', 'SO-1');
const REJECTED = record('orders.rejected', 'SO-2');

describe('the count of the answers', () => {
  it('is content when every order was placed once and answered once', () => {
    const answers = countAnswers(ORDERS, [...PLACED, CONFIRMED, REJECTED]);
    expect(whatIsWrong(answers)).toBeUndefined();
    expect(verdict(answers)).toBe(
      'Every one of the 2 orders was answered exactly once: 1 confirmed, 1 rejected, none twice, none lost.',
    );
  });

  it.each<[string, ReadRecord[], string]>([
    [
      'the same answer twice',
      [...PLACED, CONFIRMED, CONFIRMED, REJECTED],
      '1 order was answered more than once: SO-1.',
    ],
    [
      'both answers to one order',
      [...PLACED, CONFIRMED, REJECTED, record('orders.rejected', 'SO-1')],
      '1 order was answered more than once: SO-1.',
    ],
    ['no answer', [...PLACED, CONFIRMED], '1 order was not answered: SO-2.'],
    ['an order that is not in the topic', [CONFIRMED, REJECTED], '2 orders were not placed exactly once: SO-1, SO-2.'],
    [
      'an order that was placed twice, and answered twice',
      [...PLACED, PLACED[0]!, CONFIRMED, CONFIRMED, REJECTED],
      '1 order was not placed exactly once: SO-1.\n1 order was answered more than once: SO-1.',
    ],
  ])('says which it was: %s', (_, records, problems) => {
    expect(whatIsWrong(countAnswers(ORDERS, records))).toBe(problems);
  });

  it('names the first few only', () => {
    const orders = Array.from({ length: 7 }, (_, index) => ({ reference: `SO-${index + 1}` }));
    const placed = orders.map(({ reference }) => record('orders.placed', reference));
    expect(whatIsWrong(countAnswers(orders, placed))).toBe(
      '7 orders were not answered: SO-1, SO-2, SO-3, SO-4, SO-5 and 2 more.',
    );
  });
});

describe('the worker has caught up', () => {
  const placed = [record('orders.placed', 'SO-1', { partition: 1, offset: '7' })];

  it.each([
    [new Map([['orders.placed/1', 8n]]), true],
    [new Map([['orders.placed/1', 9n]]), true],
    [new Map([['orders.placed/1', 7n]]), false],
    [new Map([['orders.placed/2', 8n]]), false],
    [new Map(), false],
  ])('when its offsets are behind every order: %o', (committed, isSo) => {
    expect(isCaughtUp(committed, placed)).toBe(isSo);
  });
});

describe('a run of the demo', () => {
  it('counts the orders that were answered, its own ones and each once', () => {
    const run = new Run();
    const headers = { 'x-correlation-id': run.correlationIdOf({ reference: 'SO-1' }) };
    let told = 0;
    run.onAnswer = () => (told += 1);
    run.see(record('orders.placed', 'SO-1', { headers }));
    run.see(
      record('orders.confirmed', 'SO-9', {
        headers: { 'x-correlation-id': new Run().correlationIdOf({ reference: 'SO-9' }) },
      }),
    );
    run.see(record('orders.confirmed', 'SO-9'));
    expect(run.answered).toBe(0);
    run.see(record('orders.confirmed', 'SO-1', { headers }));
    run.see(record('orders.confirmed', 'SO-1', { headers }));
    expect([run.answered, told]).toEqual([1, 1]);
  });
});
