/** A power of two, so that the next one is found with a mask. */
const POOL_SIZE = 1024;
const ORDER_BYTES = 1024;
const PRODUCTS = ['espresso beans', 'oat milk', 'filter papers', 'ceramic mug', 'hand grinder', 'gooseneck kettle'];
const CITIES = ['Hamburg', 'Lisbon', 'Kraków', 'Utrecht', 'Aarhus', 'Torino'];

/**
 * Values of a fixed size with pseudo-random content, from a pool: what is measured is the client, not the making of bytes.
 *
 * @param {number} sizeBytes
 * @returns {() => Buffer}
 */
export function byteValues(sizeBytes) {
  const random = pseudoRandom(7);
  const pool = Array.from({ length: POOL_SIZE }, () =>
    Buffer.from(Array.from({ length: sizeBytes }, () => random(256))),
  );
  let next = 0;
  return () => pool[next++ & (POOL_SIZE - 1)];
}

/**
 * Orders that are ORDER_BYTES long as JSON and differ in every record: identity, correlation, lines and texts. A payload shared between
 * records would stay in the cache and flatter every client.
 */
export function orderEvents() {
  const random = pseudoRandom(11);
  const pool = Array.from({ length: POOL_SIZE }, () => order(random));
  let next = 0;
  return () => {
    const sequence = next++;
    const template = pool[sequence & (POOL_SIZE - 1)];
    return { ...template, orderId: orderId(sequence), sequence: 1_000_000_000 + sequence };
  };
}

/** @param {number} sequence */
function orderId(sequence) {
  return `order-${String(sequence).padStart(10, '0')}`;
}

/** @param {(below: number) => number} random */
function order(random) {
  const event = {
    orderId: orderId(0),
    sequence: 1_000_000_000,
    correlationId: uuid(random),
    placedAt: new Date(1_750_000_000_000 + random(1_000_000_000)).toISOString(),
    currency: 'EUR',
    customer: {
      id: `customer-${100_000 + random(900_000)}`,
      name: `${word(random, 7)} ${word(random, 9)}`,
      email: `${word(random, 8)}@example.org`,
      address: {
        street: `${word(random, 10)} ${1 + random(99)}`,
        city: CITIES[random(CITIES.length)],
        postcode: 10_000 + random(89_999),
      },
    },
    lines: Array.from({ length: 5 }, (_, line) => ({
      line,
      sku: `sku-${100_000 + random(900_000)}`,
      product: PRODUCTS[random(PRODUCTS.length)],
      quantity: 1 + random(9),
      unitPrice: (100 + random(9_900)) / 100,
      gift: random(2) === 0,
    })),
    note: '',
  };
  const missing = ORDER_BYTES - Buffer.byteLength(JSON.stringify(event));
  return { ...event, note: word(random, Math.max(0, missing)) };
}

/**
 * @param {(below: number) => number} random
 * @param {number} length
 */
function word(random, length) {
  return Array.from({ length }, () => 'abcdefghijklmnopqrstuvwxyz'[random(26)]).join('');
}

/** @param {(below: number) => number} random */
function uuid(random) {
  const hex = Array.from({ length: 32 }, () => random(16).toString(16)).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * A linear congruential generator (Numerical Recipes' constants): the same payloads in every run and for every peer.
 *
 * @param {number} seed
 * @returns {(below: number) => number} a whole number from 0
 */
export function pseudoRandom(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
