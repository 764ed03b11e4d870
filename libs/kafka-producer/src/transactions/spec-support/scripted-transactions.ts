import { SizedRecord } from 'kafka-wire';

import { ProducerFencedError, TransactionOutcomeUnknownError } from '../../errors/transaction.errors.js';
import { DeliveryRejectedError } from '../../errors/delivery.errors.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import type { Clock } from '../../support/clock.js';
import type { CommittableUnit } from '../committer/committable-unit.js';
import { partitionKey } from '../committer/pending-unit.js';
import type {
  AppendOutcome,
  EndOutcome,
  OffsetsOutcome,
  TransactionalProducer,
} from '../producer/transactional-producer.js';
import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import { StagedRecord } from '../unit/staged-record.js';

interface LoggedRecord {
  readonly partition: string;
  readonly value: string;
}

/** What a broker does to one record: nothing, or its answer. */
type Refusal = { readonly errorCode: number; readonly isNamed: boolean } | undefined;

/**
 * The brokers behind scripted producers: what was committed, in which order, in how many transactions. For specs of the committer, which sees brokers only
 * through `TransactionalProducer`.
 */
export class ScriptedBrokers {
  /** Values of each committed transaction, `topic[partition] value`, in the order of the log. */
  readonly transactions: string[][] = [];
  readonly offsets: string[] = [];
  /** All that was ever opened. */
  attempts = 0;
  readonly producers: ScriptedProducer[] = [];
  readonly hanging = new Set<string>();
  refuse: (value: string, transaction: readonly string[]) => Refusal = () => undefined;
  refuseOffsets: (offsets: ConsumedOffsets) => number = () => 0;
  /** Each is asked for one `begin()`. */
  readonly beginErrors: Error[] = [];
  /** Each is the answer to one commit; then all are committed. */
  readonly ends: EndOutcome['kind'][] = [];
  /** Aborts find out that another process has the id. */
  isFenced = false;
  settle: (outcome: 'committed' | 'aborted' | 'unknown') => void = () => {};
  /** EndTxn is not answered before it is called. */
  holdEnd: Promise<void> = Promise.resolve();

  constructor(readonly clock: Clock) {}

  readonly createProducer = (): ScriptedProducer => {
    const producer = new ScriptedProducer(`id-${this.producers.length}`, this);
    this.producers.push(producer);
    return producer;
  };

  /** Of one partition, in order. */
  committed(partition: string): string[] {
    return this.transactions
      .flat()
      .filter((each) => each.startsWith(`${partition} `))
      .map((each) => each.slice(partition.length + 1));
  }
}

class ScriptedProducer implements TransactionalProducer {
  #records: LoggedRecord[] = [];
  #offsets: string[] = [];

  constructor(
    readonly transactionalId: string,
    readonly brokers: ScriptedBrokers,
  ) {}

  allow(): void {
    // Brokers of a script never lose patience.
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  renew(): void {
    // Nor does anybody take an id.
  }

  giveUp(): void {
    // They answer at the deadline.
  }

  begin(): Promise<void> {
    this.brokers.attempts++;
    this.#records = [];
    this.#offsets = [];
    const error = this.brokers.beginErrors.shift();
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  }

  async append(records: readonly StagedRecord[], deadlineMs: number): Promise<readonly AppendOutcome[]> {
    const { brokers } = this;
    const values = records.map((record) => valueOf(record));
    const isHanging = ({ topic, partition }: StagedRecord): boolean =>
      brokers.hanging.has(partitionKey(topic, partition));
    if (records.some(isHanging)) {
      await new Promise<void>((resolve) => {
        brokers.clock.setTimeout(resolve, deadlineMs - brokers.clock.now());
      });
    } else await Promise.resolve();
    return records.map((record, index) => {
      if (isHanging(record)) return { kind: 'unanswered', error: new Error('no answer') };
      const refusal = brokers.refuse(values[index]!, values);
      if (refusal !== undefined) return this.#refused(record, refusal);
      this.#records.push({ partition: partitionKey(record.topic, record.partition), value: values[index]! });
      return { kind: 'appended', metadata: this.#metadata(record) };
    });
  }

  async sendOffsets(offsets: readonly ConsumedOffsets[]): Promise<readonly OffsetsOutcome[]> {
    await Promise.resolve();
    return offsets.map((each) => {
      const errorCode = this.brokers.refuseOffsets(each);
      if (errorCode !== 0) return { kind: 'refused', errorCode, error: new Error(`refused with ${errorCode}`) };
      for (const { topic, partition, offset } of each.offsets) this.#offsets.push(`${topic}[${partition}] ${offset}`);
      return { kind: 'accepted' };
    });
  }

  async end(verdict: 'commit' | 'abort'): Promise<EndOutcome> {
    const { transactionalId } = this;
    const fenced = { kind: 'fenced', error: new ProducerFencedError({ transactionalId }) } as const;
    if (verdict === 'abort') return this.brokers.isFenced ? fenced : { kind: 'aborted' };
    await this.brokers.holdEnd;
    const kind = this.brokers.ends.shift() ?? 'committed';
    if (kind === 'fenced') return fenced;
    if (kind === 'unknown') {
      const error = new TransactionOutcomeUnknownError({ transactionalId, detail: 'nobody answered' });
      return { kind, error, settled: new Promise((resolve) => (this.brokers.settle = resolve)) };
    }
    if (kind === 'committed') {
      this.brokers.transactions.push(this.#records.map(({ partition, value }) => `${partition} ${value}`));
      this.brokers.offsets.push(...this.#offsets);
    }
    return { kind };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #metadata({ topic, partition }: StagedRecord): RecordMetadata {
    const offset = this.#records.filter((record) => record.partition === partitionKey(topic, partition)).length - 1;
    return { topic, partition, offset: String(offset), timestamp: 0 };
  }

  /** Everything of a partition is one batch. */
  #refused({ topic, partition }: StagedRecord, { errorCode, isNamed }: NonNullable<Refusal>): AppendOutcome {
    const error = new DeliveryRejectedError({
      topic,
      partition,
      persisted: 'no',
      errorCode,
      errorName: `ERROR_${errorCode}`,
      attempts: 1,
    });
    return { kind: 'refused', errorCode, error, isNamed, batch: partition };
  }
}

/** A unit that remembers what it was told. @param records `topic[partition] value` each */
export class ToldUnit implements CommittableUnit {
  readonly records: readonly StagedRecord[];
  readonly told: string[] = [];
  error: Error | undefined;
  metadata: readonly RecordMetadata[] = [];

  constructor(
    records: readonly string[],
    readonly offsets: readonly ConsumedOffsets[] = [],
    readonly sizeBytes = 100,
  ) {
    this.records = records.map((text) => stagedRecord(text));
  }

  joined(): void {
    this.told.push('joined');
  }

  committed(metadata: readonly RecordMetadata[]): void {
    this.told.push('committed');
    this.metadata = metadata;
  }

  aborted(error: Error): void {
    this.told.push('aborted');
    this.error = error;
  }

  unknown(error: Error): void {
    this.told.push('unknown');
    this.error = error;
  }

  predecessorFailed(error: Error): void {
    this.told.push('predecessor failed');
    this.error = error;
  }
}

function stagedRecord(text: string): StagedRecord {
  const [, topic = '', partition = '', value = ''] = /^(\w+)\[(\d+)\] (.*)$/.exec(text) ?? [];
  return new StagedRecord(topic, Number(partition), new SizedRecord(null, value, 0));
}

function valueOf({ sized }: StagedRecord): string {
  return String(sized.value);
}
