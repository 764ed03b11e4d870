import { systemClock, type Clock } from '../support/clock.js';
import { ScriptedOutcomes } from './scripted-outcomes.js';
import { Script, type NextSend, type ScriptedSend, type SendOutcome } from './scripted-send.js';

const OUTCOMES: readonly SendOutcome[] = ['fail', 'unknown', 'slow', 'too-large', 'unauthorized', 'unknown-topic'];
const NEED_TRANSACTIONS: readonly SendOutcome[] = ['fenced'];

/** The scripts of one application, for its clusters to follow. */
export class OutcomeScripts extends ScriptedOutcomes {
  #scripts: Script[] = [];
  /** Those that may hold something although they are used up. */
  readonly #slow: Script[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    super();
    this.#clock = clock;
  }

  override nextSend(next: NextSend): ScriptedSend {
    const { outcome, times = 1 } = next;
    if (NEED_TRANSACTIONS.includes(outcome)) {
      throw new Error(`The outcome '${outcome}' needs a transaction, and this version has none yet. Use 'fail'.`);
    }
    if (!OUTCOMES.includes(outcome)) {
      throw new Error(`There is no outcome '${String(outcome)}'. Use one of ${OUTCOMES.join(', ')}.`);
    }
    if (!Number.isInteger(times) || times < 1) {
      throw new Error(`times is ${times}; give the number of sends, 1 or more.`);
    }
    const script = new Script(next, times, this.#clock);
    this.#scripts.push(script);
    if (outcome === 'slow') this.#slow.push(script);
    return script;
  }

  override get pending(): readonly NextSend[] {
    return this.#scripts.map(({ next }) => next);
  }

  override clear(): void {
    for (const script of this.#slow.splice(0)) script.release();
    this.#scripts = [];
  }

  /** What becomes of a topic's metadata, or of a produce request to it; one use of the script is gone. */
  take(about: 'metadata' | 'produce', producer: string, topic: string): Script | undefined {
    const script = this.find(about, producer, topic);
    if (script?.use() === 0) this.#scripts = this.#scripts.filter((other) => other !== script);
    return script;
  }

  /** As `take()`, and uses nothing up. */
  find(about: 'metadata' | 'produce', producer: string, topic: string): Script | undefined {
    return this.#scripts.find(
      ({ next }) =>
        (next.outcome === 'unknown-topic') === (about === 'metadata') &&
        (next.topic ?? topic) === topic &&
        (next.producer ?? producer) === producer,
    );
  }
}
