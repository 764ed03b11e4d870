import { errorCode } from 'kafka-wire';
import { AuthorizationError, UnknownTopicError } from '../../errors/cluster-side.errors.js';
import { InvalidRecordError } from '../../errors/record.errors.js';

const UNKNOWN_TOPIC_OR_PARTITION = errorCode('UNKNOWN_TOPIC_OR_PARTITION');
const TOPIC_AUTHORIZATION_FAILED = errorCode('TOPIC_AUTHORIZATION_FAILED');
const INVALID_TOPIC_EXCEPTION = errorCode('INVALID_TOPIC_EXCEPTION');

/** Two answers this far apart mean that a topic does not exist: a broker that has just started, or has not heard of a new topic, says so once, too. */
const CONFIRM_AFTER_MS = 1_000;
/** A cluster that creates topics on demand gets time to do it: its answers are the same until the topic is there. */
const CONFIRM_CREATION_AFTER_MS = 5_000;
/** An answer older than this proves nothing about now. */
const CONFIRM_WITHIN_MS = 5_000;

/** What an answer's error code means for a topic. `again`: ask once more (LEADER_NOT_AVAILABLE while a topic is being created, …), not later than `atLatestMs`. */
export type TopicVerdict =
  | { readonly kind: 'usable' }
  | { readonly kind: 'again'; readonly atLatestMs: number }
  | { readonly kind: 'refused'; readonly error: Error };

/** Judges the answers about one topic over time. */
export class TopicJudge {
  readonly #topic: string;
  readonly #confirmAfterMs: number;
  /** When the first of an unbroken row of "unknown" answers came. */
  #unknownSinceMs: number | undefined;
  #lastUnknownMs = 0;

  constructor(topic: string, allowAutoTopicCreation: boolean) {
    this.#topic = topic;
    this.#confirmAfterMs = allowAutoTopicCreation ? CONFIRM_CREATION_AFTER_MS : CONFIRM_AFTER_MS;
  }

  judge(code: number, nowMs: number): TopicVerdict {
    if (code === UNKNOWN_TOPIC_OR_PARTITION) return this.#unknown(nowMs);
    this.#unknownSinceMs = undefined;
    if (code === 0) return { kind: 'usable' };
    const topic = this.#topic;
    if (code === TOPIC_AUTHORIZATION_FAILED) {
      return {
        kind: 'refused',
        error: new AuthorizationError({ resource: 'topic', name: topic, operation: 'DESCRIBE' }),
      };
    }
    if (code === INVALID_TOPIC_EXCEPTION) {
      const reason =
        'the broker refuses the topic name: 1 to 249 of the characters a-z, A-Z, 0-9, dot, underscore and dash, but not "." or ".."';
      return { kind: 'refused', error: new InvalidRecordError({ topic, reason }) };
    }
    return { kind: 'again', atLatestMs: Infinity };
  }

  #unknown(nowMs: number): TopicVerdict {
    if (this.#unknownSinceMs === undefined || nowMs - this.#lastUnknownMs > CONFIRM_WITHIN_MS)
      this.#unknownSinceMs = nowMs;
    this.#lastUnknownMs = nowMs;
    const confirmAtMs = this.#unknownSinceMs + this.#confirmAfterMs;
    if (nowMs < confirmAtMs) return { kind: 'again', atLatestMs: confirmAtMs };
    return { kind: 'refused', error: new UnknownTopicError({ topic: this.#topic }) };
  }
}
