import type { NextSend, ScriptedSend } from './scripted-send.js';

/** Makes the next sends of an application end in another way than with an acknowledgement. */
export abstract class ScriptedOutcomes {
  /**
   * Scripts are used up in the order in which they were given; each send takes the first that fits its topic and its producer.
   *
   * @throws Error for an outcome there is not
   */
  abstract nextSend(next: NextSend): ScriptedSend;

  /** What was scripted and is not used up: empty at the end of a test whose sends all happened. */
  abstract get pending(): readonly NextSend[];

  /** Forgets what is not used up, for tests that share an application. Lets everything that is held go on. */
  abstract clear(): void;
}
