import type { Currency } from '../orders/order.js';
import type { OrderPlaced } from '../orders/order-topics.js';

/** The shop delivers on account up to here, an order at a time. */
export const CREDIT_LIMIT_EUR = 1_000;

/** What one euro buys, as the price list has it. */
const RATES: Readonly<Record<Currency, number>> = { EUR: 1, GBP: 0.86, USD: 1.1, CHF: 0.95, SEK: 11.2, PLN: 4.3 };

/**
 * Looks at nothing but the order: whoever answers it, however often an attempt is interrupted, the answer is the same. What a worker keeps in memory is gone
 * when the process is.
 */
export function isWithinCreditLimit({ total, currency }: Pick<OrderPlaced, 'total' | 'currency'>): boolean {
  return total <= CREDIT_LIMIT_EUR * RATES[currency];
}
