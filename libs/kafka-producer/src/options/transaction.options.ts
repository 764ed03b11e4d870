import { Bytes, Count, Milliseconds, OptionalText } from './option-rules.js';

/** Transactions: units of work, and how they are committed. */
export class TransactionOptions {
  /**
   * The first part of every `transactional.id`, which is `<idPrefix>-<instanceId>-<slot>`. ACLs may be granted for it as a prefix.
   *
   * Kafka: part of `transactional.id`.
   * @defaultValue the client id
   */
  @OptionalText()
  readonly idPrefix: string | undefined = undefined;

  /**
   * Tells processes with the same `idPrefix` apart. Of two that are alive with the same one the later goes on and the earlier is fenced: use what names the
   * process for good (the ordinal of a StatefulSet), or leave it out.
   *
   * @defaultValue random per process
   */
  @OptionalText()
  readonly instanceId: string | undefined = undefined;

  /**
   * How long the work of a unit may take until it is committed. Then its signal is aborted and nothing of it is sent.
   *
   * Unit: milliseconds. No broker knows of it; for streaming units, where one does, it is part of the transaction's time-out.
   *
   * @defaultValue 60000
   */
  @Milliseconds(1)
  readonly timeoutMs: number = 60_000;

  /**
   * How long a commit may take, from joining a group to its verdict, what has to be run again included.
   *
   * Unit: milliseconds.
   *
   * @defaultValue 30000
   */
  @Milliseconds(1)
  readonly commitTimeoutMs: number = 30_000;

  /**
   * After how long the broker gives up the transaction of a commit that stopped moving, so that its consumers go on.
   *
   * Unit: milliseconds. Brokers look every 10 s, and refuse more than their `transaction.max.timeout.ms`. Streaming units use `timeoutMs + commitTimeoutMs`.
   *
   * Kafka: `transaction.timeout.ms`, there 60000.
   * @defaultValue 15000
   */
  @Milliseconds(1_000)
  readonly transactionTimeoutMs: number = 15_000;

  /**
   * The size from which a unit is no longer staged in memory and becomes a streaming one.
   *
   * Unit: bytes, of its records.
   *
   * @defaultValue 4194304
   */
  @Bytes(1)
  readonly maxUnitBytes: number = 4_194_304;

  /**
   * Memory for the records of all units that are not committed yet.
   *
   * Unit: bytes, apart from `producer.bufferMemoryBytes`. At least `maxUnitBytes`. A unit whose first record finds none waits in line up to
   * `producer.maxBlockMs`.
   *
   * @defaultValue 33554432
   */
  @Bytes(1)
  readonly maxStagedBytes: number = 33_554_432;

  /**
   * How many streaming units there may be at a time, each with a `transactional.id` of its own.
   *
   * @defaultValue 10
   */
  @Count(1, 1_000)
  readonly maxStreamingProducers: number = 10;

  /**
   * How long a streaming unit waits for one of them.
   *
   * Unit: milliseconds.
   *
   * @defaultValue 10000
   */
  @Milliseconds()
  readonly acquireTimeoutMs: number = 10_000;
}
