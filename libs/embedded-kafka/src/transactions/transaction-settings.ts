/** How the coordinator behaves, in milliseconds. */
export interface TransactionSettings {
  /** Longest time-out a producer may ask for (`transaction.max.timeout.ms`). */
  readonly maxTimeoutMs: number;
  /** Between two looks for transactions whose time is over (`transaction.abort.timed.out.transaction.cleanup.interval.ms`). */
  readonly abortIntervalMs: number;
  /** An id nobody uses is forgotten after this long (`transactional.id.expiration.ms`). */
  readonly idExpirationMs: number;
  /** Until a broker that asks the coordinator has its answer. */
  readonly roundTripMs: number;
}
