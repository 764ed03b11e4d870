import { setTimeout as sleep } from 'node:timers/promises';
import { nameIn } from './payloads.mjs';
import { SETTLE_WITHIN_MS } from './settings.mjs';
import './typescript.mjs';

const READ_ATTEMPTS = 60;
const READ_TIMEOUT_MS = 5000;

const { checkHistory } = await import('../../test/history/check-history.ts');
const { describeViolations } = await import('../../test/history/describe-violations.ts');
const { TopicReader } = await import('../../test/faults/support/topic-reader.ts');

/**
 * Holds one window after the other against the logs, with the history checker of the tests. Of a window nothing is kept but the records whose fate nobody knew:
 * those may still come, in the next one.
 */
export class Checker {
  #reader;
  #topics;
  /** @type {import('../../test/history/sent-record.ts').SentRecord[]} */
  #doubtful = [];

  /**
   * @param {string[]} brokers
   * @param {string[]} topics
   */
  constructor(brokers, topics) {
    this.#reader = new TopicReader(brokers, READ_TIMEOUT_MS);
    this.#topics = topics;
  }

  /**
   * @param {import('../../test/history/sent-record.ts').SentRecord[]} window whose records are settled
   * @returns {Promise<{ violations: number, text: string, read: number }>}
   */
  async check(window) {
    const logs = await this.#read();
    // Acknowledged in a topic that does not exist: lost.
    for (const { topic } of window) if (!logs.has(topic)) logs.set(topic, []);
    const sent = [...this.#doubtful, ...window];
    const history = { sent, logs, settleWithinMs: SETTLE_WITHIN_MS };
    const violations = checkHistory(history);
    const arrived = new Set([...logs.values()].flat().map(({ value }) => value));
    this.#doubtful = window.filter(({ value, outcome }) => outcome.kind === 'fail-possibly' && !arrived.has(value));
    return { violations: violations.length, text: describeViolations(violations, history), read: arrived.size };
  }

  /** What came since the last window, by topic. Leaders may just be being elected. */
  async #read() {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#reader.readAll(this.#topics);
        break;
      } catch (error) {
        if (attempt === READ_ATTEMPTS) throw error;
        await sleep(500);
      }
    }
    const logs = new Map(
      this.#topics.map((topic) => {
        const records = this.#reader.logs.get(topic) ?? [];
        return [topic, records.map((record) => ({ ...record, value: nameIn(record.value) }))];
      }),
    );
    this.#reader.logs.clear();
    return logs;
  }
}
