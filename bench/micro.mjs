/**
 * W12: what `@Emit` adds to a call, without the sending. A process of its own; sends `MicroResult` to its parent.
 *
 * The producer is a stand-in whose promise is settled already, so what is left is the wrapper: finding the producer, calling the method, making the
 * record, waiting. The cases take turns inside the process, round by round; the overhead is the difference within a round. AsyncLocalStorage is in use, as
 * it is wherever a request logger or a tracer runs: on Node 20 and 22 that makes every promise dearer.
 *
 * @typedef {object} MicroResult
 * @property {Record<string, number>} overheadNs by case, over the undecorated method: the median of the rounds
 * @property {number} undecoratedNs a call of the undecorated method, awaited
 */
import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { bindKafkaProducer, defineTopic, Emit } from 'nestjs-kafka-producer';
import { spreadOf } from './statistics.mjs';

const CALLS = 50_000;
const WARM_UP_ROUNDS = 3;
const ROUNDS = 15;

const contract = defineTopic('orders', { key: (order) => order.id });

class Orders {
  async undecorated(order) {
    return order;
  }
  async contract(order) {
    return order;
  }
  async topicByName(order) {
    return order;
  }
}
decorate(Orders.prototype, 'contract', Emit(contract));
decorate(Orders.prototype, 'topicByName', Emit('orders', { key: (result) => result.id }));

/**
 * @param {object} prototype
 * @param {string} name
 * @param {(target: object, key: string, descriptor: PropertyDescriptor) => void} decorator
 */
function decorate(prototype, name, decorator) {
  Reflect.defineMetadata('design:returntype', Promise, prototype, name);
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  decorator(prototype, name, descriptor);
  Object.defineProperty(prototype, name, descriptor);
}

const metadata = Promise.resolve({ topic: 'orders', partition: 0, offset: '0' });
const producer = { send: () => metadata, sendAll: () => metadata, enqueue: () => metadata };
const orders = bindKafkaProducer(new Orders(), producer);
const order = { id: 'order-1' };

const cases = {
  undecorated: async () => {
    for (let call = 0; call < CALLS; call++) await orders.undecorated(order);
  },
  contract: async () => {
    for (let call = 0; call < CALLS; call++) await orders.contract(order);
  },
  topicByName: async () => {
    for (let call = 0; call < CALLS; call++) await orders.topicByName(order);
  },
};

/** @returns {Promise<MicroResult>} */
async function measure() {
  /** @type {Record<string, number[]>} */
  const nanoseconds = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const [name, run] of Object.entries(cases)) {
      const startedAt = performance.now();
      await run();
      if (round >= WARM_UP_ROUNDS) nanoseconds[name].push(((performance.now() - startedAt) * 1e6) / CALLS);
    }
  }
  const { undecorated, ...decorated } = nanoseconds;
  const overheadNs = Object.fromEntries(
    Object.entries(decorated).map(([name, values]) => [
      name,
      spreadOf(values.map((value, round) => value - undecorated[round])).median,
    ]),
  );
  return { overheadNs, undecoratedNs: spreadOf(undecorated).median };
}

new AsyncLocalStorage().run({}, measure).then(
  (result) => process.send?.({ result }, () => process.exit(0)) ?? console.log(result),
  (error) => process.send?.({ error: error?.stack ?? String(error) }, () => process.exit(1)),
);
