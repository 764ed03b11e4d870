import { errorName, isRetriableError } from 'kafka-wire';

/**
 * What can happen to a request. These do not reach users as they are: the stages turn them into the public errors, with these as `cause`.
 */
export abstract class ClusterError extends Error {
  /** The same request may succeed later, unchanged. */
  abstract readonly retriable: boolean;

  override get name(): string {
    return this.constructor.name;
  }
}

/** The connection closed before the request was answered. */
export class ConnectionLostError extends ClusterError {
  readonly retriable = true;
  /** `false` proves that the broker never saw the request. */
  readonly written: boolean;

  constructor(context: { broker: string; written: boolean; cause?: unknown }) {
    super(`${lostMessage(context)}${reasonOf(context.cause)}`, { cause: context.cause });
    this.written = context.written;
  }
}

/** No answer within the request's time-out. Its connection was destroyed. */
export class RequestTimeoutError extends ClusterError {
  readonly retriable = true;
  readonly written = true;

  constructor(context: { broker: string; api: string; timeoutMs: number }) {
    super(
      `Broker ${context.broker} did not answer ${context.api} within ${context.timeoutMs} ms; the connection was closed`,
    );
  }
}

/** The broker and this library have no version of the API in common that can express the request. Nothing was written. */
export class UnsupportedVersionError extends ClusterError {
  readonly retriable = false;
  readonly written = false;
  readonly api: string;

  constructor(context: { broker: string; api: string; needed: VersionSpan; offered: VersionSpan | undefined }) {
    const offered = context.offered === undefined ? 'does not offer it' : `offers ${spanText(context.offered)}`;
    super(
      `${context.api} needs version ${spanText(context.needed)} but broker ${context.broker} ${offered}. ` +
        'Brokers from Kafka 2.6 on are supported: upgrade the broker, or switch off the feature that needs this request.',
    );
    this.api = context.api;
  }
}

/** No broker could be reached, or none gave a usable answer, in the time the caller allowed. */
export class ClusterUnavailableError extends ClusterError {
  readonly retriable = true;

  constructor(context: { waitedFor: string; timeoutMs: number; brokers: readonly string[]; cause?: unknown }) {
    const tried = context.brokers.length === 0 ? '' : ` (brokers: ${context.brokers.join(', ')})`;
    super(`No ${context.waitedFor} within ${context.timeoutMs} ms${tried}${reasonOf(context.cause)}`, {
      cause: context.cause,
    });
  }
}

/** A connection could not be made ready: resolving the name, TCP, TLS, ApiVersions. Refused credentials are `AuthenticationError` instead. */
export class BrokerConnectError extends ClusterError {
  readonly retriable = true;
  readonly broker: string;

  constructor(context: { broker: string; problem: string; cause?: unknown }) {
    super(`Could not connect to broker ${context.broker}: ${context.problem}`, { cause: context.cause });
    this.broker = context.broker;
  }
}

/** A broker answered, and the answer as a whole is an error. */
export class BrokerAnswerError extends ClusterError {
  readonly retriable: boolean;
  readonly errorCode: number;

  constructor(context: { broker: string; request: string; errorCode: number; detail?: string | null }) {
    const { broker, request, errorCode: code, detail } = context;
    super(`${broker} answered ${request} with ${errorName(code)} (${code})${detail ? `: ${detail}` : ''}`);
    this.retriable = isRetriableError(code);
    this.errorCode = code;
  }
}

export interface VersionSpan {
  readonly min: number;
  readonly max: number;
}

function lostMessage({ broker, written }: { broker: string; written: boolean }): string {
  return written
    ? `The connection to broker ${broker} was lost before the answer came`
    : `There is no connection to broker ${broker}; the request was not sent`;
}

function spanText(span: VersionSpan): string {
  return span.min === span.max ? `${span.min}` : `${span.min} to ${span.max}`;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? `: ${cause.message}` : '';
}
