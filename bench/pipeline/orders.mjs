import { pseudoRandom } from '../payloads.mjs';

/** Of the input and of the output. */
export const PARTITIONS = 6;

/** A power of two, so that the next one is found with a mask. */
const POOL_SIZE = 1024;
const random = pseudoRandom(17);
const pool = Array.from({ length: POOL_SIZE }, () => ({
  sku: `sku-${100_000 + random(900_000)}`,
  quantity: 1 + random(9),
  unitPrice: (100 + random(9_900)) / 100,
  customer: `customer-${100_000 + random(900_000)}`,
}));

/**
 * The message at an offset of a partition of the input: about 120 B of JSON, and no two alike.
 *
 * @param {number} partition
 * @param {number} offset
 */
export function orderAt(partition, offset) {
  const number = offset * PARTITIONS + partition;
  return { orderId: `order-${String(number).padStart(10, '0')}`, ...pool[number & (POOL_SIZE - 1)] };
}

/**
 * Where in the input the order with that key is.
 *
 * @param {string} orderId
 */
export function placeOf(orderId) {
  const number = Number(orderId.slice('order-'.length));
  return { partition: number % PARTITIONS, offset: Math.floor(number / PARTITIONS) };
}

/**
 * What every peer's handler makes of a message, all that it does.
 *
 * @param {ReturnType<typeof orderAt>} order
 */
export function confirmationOf({ orderId, sku, quantity, unitPrice }) {
  return { orderId, sku, total: Math.round(quantity * unitPrice * 100) / 100, status: 'confirmed' };
}
