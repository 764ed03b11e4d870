import { expect, it } from 'vitest';
import { totalOf } from '../src/orders/order.js';

it.each([
  [[{ sku: 'A', quantity: 3, unitPrice: 0.1 }], 0.3],
  [
    [
      { sku: 'A', quantity: 1, unitPrice: 1.1 },
      { sku: 'B', quantity: 1, unitPrice: 2.2 },
    ],
    3.3,
  ],
  [[{ sku: 'A', quantity: 1000, unitPrice: 999_999.99 }], 999_999_990],
  [[{ sku: 'A', quantity: 5, unitPrice: 0 }], 0],
])('adds up %j to exactly %d', (lines, total) => {
  expect(totalOf(lines)).toBe(total);
});
