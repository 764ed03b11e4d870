import { errorCode } from 'kafka-wire';
import type { Random } from '../time/random.js';
import { FetchSession } from './fetch-session.js';

/** Kafka's `max.incremental.fetch.session.cache.slots`. */
const MAX_SESSIONS = 1_000;
const NO_SESSION = 0;
/** Epochs in which a request names everything it wants: without a session, and for a new one. */
const WITHOUT_SESSION = -1;
const NEW_SESSION = 0;

/** Fetch sessions of one broker; gone when it stops. */
export class FetchSessions {
  /** The longest unused first. */
  readonly #sessions = new Map<number, FetchSession>();

  constructor(readonly random: Random) {}

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * The session a request belongs to.
   *
   * @returns undefined for a request without one, or the code with which it is refused
   */
  open(sessionId: number, sessionEpoch: number, isById: boolean): FetchSession | number | undefined {
    if (sessionEpoch === WITHOUT_SESSION || sessionEpoch === NEW_SESSION) {
      this.#sessions.delete(sessionId);
      return sessionEpoch === NEW_SESSION ? new FetchSession(this.#unusedId(), isById) : undefined;
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return errorCode('FETCH_SESSION_ID_NOT_FOUND');
    if (session.epoch !== sessionEpoch) return errorCode('INVALID_FETCH_SESSION_EPOCH');
    if (session.isById !== isById) return errorCode('FETCH_SESSION_TOPIC_ID_ERROR');
    session.nextEpoch();
    return session;
  }

  /** Keeps a session for the next request, or ends it when it wants nothing any more. Returns the id the client is told. */
  keep(session: FetchSession): number {
    this.#sessions.delete(session.id);
    if (session.size === 0) return NO_SESSION;
    this.#sessions.set(session.id, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    return session.id;
  }

  clear(): void {
    this.#sessions.clear();
  }

  #unusedId(): number {
    for (;;) {
      const id = 1 + Math.floor(this.random.next() * 0x7fff_fffe);
      if (!this.#sessions.has(id)) return id;
    }
  }
}
