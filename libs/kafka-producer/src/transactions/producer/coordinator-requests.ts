import { errorName } from 'kafka-wire';

import type {
  Cluster,
  ConnectionPurpose,
  CoordinatorType,
  TransactionVersion,
  WireRequest,
} from '../../cluster/cluster.js';
import { UnsupportedVersionError } from '../../cluster/cluster.errors.js';
import { AuthenticationError, AuthorizationError } from '../../errors/cluster-side.errors.js';
import { ProducerClosedError } from '../../errors/delivery.errors.js';
import { backoffMs, type RetryBackoff } from '../../support/retry-backoff.js';
import type { Clock } from '../../support/clock.js';
import { COORDINATOR_CURES, markerBackoffMs } from './transaction-codes.js';
import type { Waits } from './waits.js';

export interface CoordinatorQuestion<R> {
  readonly coordinator: CoordinatorType;
  /** The group or the transactional id. */
  readonly key: string;
  /** @param timeoutMs how long an answer is waited for */
  readonly request: (timeoutMs: number) => WireRequest<R>;
  /** All codes of an answer. */
  readonly codesOf: (response: R) => readonly number[];
  /** Codes that this request may meet for a while. */
  readonly passing?: ReadonlySet<number> | undefined;
  /** Codes that are no reason to ask this again, whatever they mean elsewhere. */
  readonly final?: ReadonlySet<number> | undefined;
}

export interface CoordinatorAnswer<R> {
  readonly response: R;
  /** Of an attempt before, nobody knows whether it arrived, or whether it still will. */
  readonly wasLost: boolean;
}

/** What has happened to a question so far; of use when asking it throws. */
export interface AskProgress {
  /** Some attempt may have arrived, or may still. */
  wasLost: boolean;
}

/** Nobody gave an answer that ends the matter until the deadline. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  constructor(
    request: string,
    /** Some attempt may have arrived. */
    readonly wasWritten: boolean,
    /** The last answer, if there was one. */
    readonly errorCode: number | undefined,
    cause: unknown,
  ) {
    const last =
      errorCode === undefined ? textOf(cause) : `: the last answer was ${errorName(errorCode)} (${errorCode})`;
    super(`No answer to ${request} until the deadline${last}`, { cause });
  }
}

export interface CoordinatorSettings extends RetryBackoff {
  readonly requestTimeoutMs: number;
  readonly controlPurpose: ConnectionPurpose;
}

/** Asks coordinators, again and again until they answer: the one place that looks for a new one, connects, and waits between attempts. */
export class CoordinatorRequests {
  readonly #cluster: Cluster;
  readonly #settings: CoordinatorSettings;
  readonly #clock: Clock;
  readonly #waits: Waits;

  constructor(cluster: Cluster, settings: CoordinatorSettings, clock: Clock, waits: Waits) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#clock = clock;
    this.#waits = waits;
  }

  /**
   * @throws NoAnswerError at the deadline; ProducerClosedError
   * @throws AuthenticationError, AuthorizationError, UnsupportedVersionError: the same request has no chance
   */
  async ask<R>(
    question: CoordinatorQuestion<R>,
    deadlineMs: number,
    progress: AskProgress = { wasLost: false },
  ): Promise<CoordinatorAnswer<R>> {
    const { coordinator, key } = question;
    let apiName: string = coordinator;
    let markerWaits = 0;
    let errorCode: number | undefined;
    let cause: unknown;
    for (let failures = 1; ; failures++) {
      if (this.#waits.isOver) throw new ProducerClosedError();
      if (this.#clock.now() >= deadlineMs) throw new NoAnswerError(apiName, progress.wasLost, errorCode, cause);
      let pauseMs = backoffMs(failures, this.#settings);
      const attempt = new Attempt();
      try {
        const request = question.request(this.#timeoutMs(deadlineMs));
        apiName = request.api.name;
        const response = await this.#attempt(coordinator, key, request, deadlineMs, attempt);
        if (response !== undefined) {
          errorCode = passingCode(question, response.value);
          if (errorCode === undefined) return { response: response.value, wasLost: progress.wasLost };
          const cure = COORDINATOR_CURES.get(errorCode);
          if (cure === 'find-coordinator') {
            this.#cluster.invalidateCoordinator(coordinator, key);
            progress.wasLost = true; // the answer of a coordinator, too, that could not replicate the decision: the next one may find it in the log
          }
          if (cure === 'wait-for-markers') pauseMs = markerBackoffMs(++markerWaits);
        } else if (attempt.isWritten) progress.wasLost = true;
      } catch (error) {
        if (attempt.isWritten && (error as { written?: boolean }).written !== false) progress.wasLost = true;
        if (isHopeless(error)) throw error;
        errorCode = undefined;
        cause = error;
        this.#cluster.invalidateCoordinator(coordinator, key);
      }
      await this.#waits.sleep(Math.min(pauseMs, Math.max(0, deadlineMs - this.#clock.now())));
    }
  }

  /** How transactions work, as the connection to the coordinator told; `undefined` while there is none. */
  async transactionVersion(key: string, deadlineMs: number): Promise<TransactionVersion | undefined> {
    const { controlPurpose } = this.#settings;
    const node = await this.#waits.within(this.#cluster.coordinator('transaction', key), deadlineMs);
    if (node === undefined || !this.#cluster.isReady(node.value, controlPurpose)) return undefined;
    return this.#cluster.transactionVersion(node.value, controlPurpose);
  }

  async #attempt<R>(
    type: CoordinatorType,
    key: string,
    request: WireRequest<R>,
    deadlineMs: number,
    attempt: Attempt,
  ): Promise<{ readonly value: R } | undefined> {
    const node = await this.#waits.within(this.#cluster.coordinator(type, key), deadlineMs);
    if (node === undefined) return undefined;
    const { controlPurpose } = this.#settings;
    if (!this.#cluster.isReady(node.value, controlPurpose)) {
      const connected = await this.#waits.within(this.#cluster.connect(node.value, controlPurpose), deadlineMs);
      if (connected === undefined) return undefined;
    }
    attempt.isWritten = true;
    return this.#waits.within(this.#cluster.send(node.value, request, controlPurpose), deadlineMs);
  }

  #timeoutMs(deadlineMs: number): number {
    return Math.max(1, Math.min(this.#settings.requestTimeoutMs, Math.ceil(deadlineMs - this.#clock.now())));
  }
}

/** A code of an answer for which the same question may get another one later. */
function passingCode<R>({ codesOf, passing, final }: CoordinatorQuestion<R>, response: R): number | undefined {
  return codesOf(response).find(
    (code) => final?.has(code) !== true && (COORDINATOR_CURES.has(code) || passing?.has(code) === true),
  );
}

/** Whether the request of an attempt got as far as the connection. */
class Attempt {
  isWritten = false;
}

function isHopeless(error: unknown): boolean {
  return (
    error instanceof AuthenticationError ||
    error instanceof AuthorizationError ||
    error instanceof UnsupportedVersionError ||
    error instanceof ProducerClosedError
  );
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? `: ${cause.message}` : '';
}
