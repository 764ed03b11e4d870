/**
 * Decides which of several processes with one `instanceId` goes on: the one that took its first id last.
 *
 * A process takes its ids when it needs them, so two could take them from each other by turns until both are fenced. Slot 0 is taken before all others, and once:
 * whoever holds it takes back what is taken from him, and whoever has lost it leaves the others alone.
 */
export interface InstanceClaim {
  /**
   * Asks a broker the first time, and after a doubt.
   *
   * @throws as `TransactionalProducer.begin()` does: ProducerFencedError when it is lost
   */
  assertOurs(deadlineMs: number): Promise<void>;
  /** One of the other ids was taken. */
  doubt(): void;
}
