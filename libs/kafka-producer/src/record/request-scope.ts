import type { HeaderValue } from './producer-record.js';

/** Headers that came with a request. Names are in lower case, whatever the transport brought. */
export type InboundHeaders = Readonly<Record<string, HeaderValue | readonly HeaderValue[] | undefined>>;

/** The request, the message or the `runInScope()` a record belongs to. */
export interface RequestScope {
  /** What opened it: Nest's type of the context (`'http'`, `'rpc'`, `'graphql'`, …), or `'runInScope'`. */
  readonly origin: string;
  /**
   * All that came with it, also what `propagateHeaders` does not name. Empty where the transport has none.
   *
   * @example
   * ```ts
   * KafkaProducerModule.forRoot({
   *   client: { brokers: ['localhost:9092'] },
   *   requestScope: {},
   *   defaultHeaders: ({ scope }) => ({ tenant: scope?.headers['x-tenant'] }),
   * });
   * ```
   */
  readonly headers: InboundHeaders;
}
