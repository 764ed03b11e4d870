import { performance } from 'node:perf_hooks';
import { nameOf } from './payloads.mjs';

/**
 * What was sent since the last window, and what its senders were told, as the history checker wants it.
 *
 * A window ends when everything is settled; then its records leave this process and are forgotten, so that the soak's own memory stands still.
 *
 * @typedef {import('../../test/history/sent-record.ts').SentRecord} SentRecord
 */
export class Ledger {
  /** Since the start. */
  counts = { sent: 0, ok: 0, failed: 0, possibly: 0 };
  /** How often senders were told of which error, since the start. */
  errors = new Map();
  unsettled = 0;
  /** @type {SentRecord[]} */
  #window = [];
  #nextCall = 0;
  /** @type {(() => void)[]} */
  #waiting = [];

  /**
   * @param {string} topic
   * @returns {SentRecord} one that is about to be sent, in the order of the calls
   */
  open(topic) {
    const call = this.#nextCall++;
    const record = {
      value: nameOf(call),
      topic,
      call,
      calledAtMs: performance.now(),
      settledAtMs: undefined,
      outcome: { kind: 'unsettled' },
    };
    this.#window.push(record);
    this.counts.sent++;
    this.unsettled++;
    return record;
  }

  /**
   * @param {SentRecord} record
   * @param {{ partition: number, offset?: string }} metadata
   */
  acknowledge(record, { partition, offset }) {
    this.#settle(record, { kind: 'ok', partition, offset: offset === undefined ? undefined : Number(offset) });
    this.counts.ok++;
  }

  /**
   * An error that does not say whether its record was written claims that it was not.
   *
   * @param {SentRecord} record
   * @param {unknown} error
   */
  fail(record, error) {
    const kind = error?.persisted === 'possibly' ? 'fail-possibly' : 'fail-no';
    this.#settle(record, { kind, error: error?.message?.slice(0, 200) ?? String(error) });
    if (kind === 'fail-no') this.counts.failed++;
    else this.counts.possibly++;
    const name = [error?.name ?? 'not an Error', error?.errorName].filter(Boolean).join(' ');
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
  }

  /** Resolves when no more than so many are unsettled. @param {number} count */
  async untilAtMost(count) {
    while (this.unsettled > count) await new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** @returns {SentRecord[]} the window, which is forgotten here */
  take() {
    const window = this.#window;
    this.#window = [];
    return window;
  }

  #settle(record, outcome) {
    record.outcome = outcome;
    record.settledAtMs = performance.now();
    this.unsettled--;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
