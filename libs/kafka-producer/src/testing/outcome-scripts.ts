import { systemClock, type Clock } from '../support/clock.js';
import { ScriptedOutcomes } from './scripted-outcomes.js';
import { Script, type NextSend, type ScriptedSend, type SendOutcome } from './scripted-send.js';

/** What a script is asked about. */
type Asked = 'metadata' | 'produce' | 'commit';

const OUTCOMES: Readonly<Record<SendOutcome, Asked>> = {
  fail: 'produce',
  unknown: 'produce',
  slow: 'produce',
  'too-large': 'produce',
  unauthorized: 'produce',
  'unknown-topic': 'metadata',
  fenced: 'commit',
};

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
    if (!Object.hasOwn(OUTCOMES, outcome)) {
      throw new Error(`There is no outcome '${String(outcome)}'. Use one of ${Object.keys(OUTCOMES).join(', ')}.`);
    }
    if (outcome === 'fenced' && times !== 1) {
      throw new Error(`times is ${times}; leave it out: a producer is fenced once, for good.`);
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

  /** What becomes of a topic's metadata, of a produce request to it, or of a commit with records for topics; one use of the script is gone. */
  take(about: Asked, producer: string, ...topics: readonly string[]): Script | undefined {
    const script = this.find(about, producer, ...topics);
    if (script?.use() === 0) this.#scripts = this.#scripts.filter((other) => other !== script);
    return script;
  }

  /** As `take()`, and uses nothing up. */
  find(about: Asked, producer: string, ...topics: readonly string[]): Script | undefined {
    return this.#scripts.find(
      ({ next }) =>
        OUTCOMES[next.outcome] === about &&
        (next.topic === undefined || topics.includes(next.topic)) &&
        (next.producer ?? producer) === producer,
    );
  }
}
