import { describe, expect, it } from 'vitest';
import { readOrders } from '../src/demo/order-file.js';
import { totalOf, type Currency } from '../src/orders/order.js';
import { isWithinCreditLimit } from '../src/worker/credit-limit.js';

describe('the credit limit', () => {
  it.each<[number, Currency, boolean]>([
    [0, 'EUR', true],
    [1_000, 'EUR', true],
    [1_000.01, 'EUR', false],
    [860, 'GBP', true],
    [860.01, 'GBP', false],
    [11_200, 'SEK', true],
    [11_201, 'SEK', false],
  ])('%d %s: within is %s', (total, currency, isWithin) => {
    expect(isWithinCreditLimit({ total, currency })).toBe(isWithin);
  });

  it('lets most orders of the file pass, and not all', async () => {
    const within = (await readOrders()).map(({ lines, currency }) =>
      isWithinCreditLimit({ total: totalOf(lines), currency: currency as Currency }),
    );
    expect(within.filter((it) => it)).toHaveLength(277);
    expect(within.filter((it) => !it)).toHaveLength(23);
  });
});
