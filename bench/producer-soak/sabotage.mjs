import kafkajs from 'kafkajs';
import { payloadOf } from './payloads.mjs';

const LEAKED_BYTES_PER_WINDOW = 4 * 2 ** 20;
const TIMERS_PER_WINDOW = 3;

/** What is done wrong on purpose, once per window, to see that the verdict says so. */
export class Sabotage {
  #order;
  #ledger;
  #kept = [];
  #timers = [];

  /**
   * @param {import('./producer.mjs').SoakOrder} order
   * @param {import('./ledger.mjs').Ledger} ledger
   */
  constructor(order, ledger) {
    this.#order = order;
    this.#ledger = ledger;
  }

  async strike() {
    switch (this.#order.sabotage) {
      case 'leak':
        return void this.#kept.push(Array.from({ length: LEAKED_BYTES_PER_WINDOW / 8 }, (_, at) => at + 0.5));
      case 'handle':
        for (let left = TIMERS_PER_WINDOW; left > 0; left--) this.#timers.push(setInterval(() => undefined, 1000));
        return;
      case 'lose':
        return this.#ledger.acknowledge(this.#ledger.open(this.#topic), { partition: 0, offset: '1000000000' });
      case 'double':
        return this.#double();
      default:
    }
  }

  end() {
    for (const timer of this.#timers) clearInterval(timer);
  }

  get #topic() {
    return this.#order.producers[0].topics[0].name;
  }

  /** Two copies of one record, of which its sender is told once. */
  async #double() {
    const client = new kafkajs.Kafka({ clientId: 'double', brokers: this.#order.brokers });
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const entry = this.#ledger.open(this.#topic);
    const message = { partition: 0, value: payloadOf(entry.call, 60) };
    const [{ baseOffset }] = await producer.send({ topic: this.#topic, messages: [message, message] });
    await producer.disconnect();
    this.#ledger.acknowledge(entry, { partition: 0, offset: baseOffset });
  }
}
