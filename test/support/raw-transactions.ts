import { setTimeout as delay } from 'node:timers/promises';

import { apis, encodeRecordBatch, errorCode, errorName, type ProducerId, type RecordBatchInput } from 'kafka-wire';

import { RawConnection } from './raw-connection.js';

const POLL_MS = 2;
const DEADLINE_MS = 20_000;
const RETRIABLE: readonly string[] = [
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'CONCURRENT_TRANSACTIONS',
  'NOT_COORDINATOR',
];

/** The base offset of a produced batch, 'OK', or the name of the error. */
export type Told = number | string;

/** A transactional producer whose every request is written by hand: its id, epoch and versions are what the test says. */
export class RawProducer {
  producerId: ProducerId = Buffer.alloc(0);
  epoch = -1;

  private constructor(
    readonly connection: RawConnection,
    readonly transactionalId: string,
  ) {}

  /** A producer with an id of its own that was initialised once. */
  static async create(
    connection: RawConnection,
    options: { transactionalId?: string; timeoutMs?: number } = {},
  ): Promise<RawProducer> {
    const producer = new RawProducer(connection, options.transactionalId ?? `txn-${crypto.randomUUID()}`);
    await coordinatorFor(connection, 1, producer.transactionalId);
    const { error, producerId, epoch } = await eventually(
      () => producer.init(options.timeoutMs),
      (answer) => !RETRIABLE.includes(answer.error),
    );
    if (error !== 'OK') throw new Error(`InitProducerId answered ${error}`);
    return producer.at(epoch, producerId);
  }

  /** The same producer under another epoch or id: what an older request of it looks like. */
  at(epoch: number, producerId: ProducerId = this.producerId): RawProducer {
    const other = new RawProducer(this.connection, this.transactionalId);
    other.producerId = producerId;
    other.epoch = epoch;
    return other;
  }

  /** As a new instance that holds no id. */
  init(timeoutMs = 60_000) {
    return this.#init(timeoutMs);
  }

  /** With the id and epoch it has (KIP-360). */
  reinit(timeoutMs = 60_000) {
    return this.#init(timeoutMs, { producerId: this.producerId, producerEpoch: this.epoch });
  }

  async #init(transactionTimeoutMs: number, held = {}) {
    const { transactionalId } = this;
    const body = await this.connection.request(apis.InitProducerId, 5, {
      transactionalId,
      transactionTimeoutMs,
      ...held,
    });
    return { error: told(body.errorCode), producerId: Buffer.from(body.producerId), epoch: body.producerEpoch };
  }

  async addPartitions(topic: string, partitions: readonly number[], version = 3): Promise<Told[]> {
    const body = await this.connection.request(apis.AddPartitionsToTxn, version, {
      v3AndBelowTransactionalId: this.transactionalId,
      v3AndBelowProducerId: this.producerId,
      v3AndBelowProducerEpoch: this.epoch,
      v3AndBelowTopics: [{ name: topic, partitions }],
    });
    const results = body.resultsByTopicV3AndBelow.flatMap(({ resultsByPartition }) => resultsByPartition);
    return results
      .toSorted((one, other) => one.partitionIndex - other.partitionIndex)
      .map(({ partitionErrorCode }) => told(partitionErrorCode));
  }

  /** @returns the base offset or the error */
  async produce(
    topic: string,
    baseSequence: number,
    options: { partition?: number; version?: number; values?: readonly string[]; isTransactional?: boolean } = {},
  ): Promise<Told> {
    const { partition = 0, version = 12, values = ['v'], isTransactional = true } = options;
    const records = await this.batch(baseSequence, values, isTransactional);
    return produceBatch(this.connection, topic, records, {
      partition,
      version,
      transactionalId: isTransactional ? this.transactionalId : null,
    });
  }

  batch(baseSequence: number, values: readonly string[], isTransactional = true): Promise<Buffer> {
    const records: RecordBatchInput['records'] = values.map((value) => ({ value, timestamp: Date.now() }));
    const { producerId, epoch: producerEpoch } = this;
    return encodeRecordBatch({ records, producer: { producerId, producerEpoch, baseSequence, isTransactional } });
  }

  async addOffsets(groupId: string, version = 4): Promise<Told> {
    const { transactionalId, producerId, epoch: producerEpoch } = this;
    const request = { transactionalId, producerId, producerEpoch, groupId };
    return told((await this.connection.request(apis.AddOffsetsToTxn, version, request)).errorCode);
  }

  async commitOffset(
    groupId: string,
    topic: string,
    committedOffset: number,
    options: {
      version?: number;
      partition?: number;
      generationId?: number;
      memberId?: string;
      groupInstanceId?: string | null;
    } = {},
  ): Promise<Told> {
    const { version = 5, partition: partitionIndex = 0, ...member } = options;
    const { transactionalId, producerId, epoch: producerEpoch } = this;
    const body = await this.connection.request(apis.TxnOffsetCommit, version, {
      transactionalId,
      groupId,
      producerId,
      producerEpoch,
      topics: [{ name: topic, partitions: [{ partitionIndex, committedOffset, committedMetadata: '' }] }],
      ...member,
    });
    return told(body.topics[0]?.partitions[0]?.errorCode ?? errorCode('UNKNOWN_SERVER_ERROR'));
  }

  /** @returns the error, and from version 5 who the producer is from now on */
  async end(committed: boolean, version = 5) {
    const { transactionalId, producerId, epoch: producerEpoch } = this;
    const request = { transactionalId, producerId, producerEpoch, committed };
    const body = await this.connection.request(apis.EndTxn, version, request);
    return { error: told(body.errorCode), producerId: Buffer.from(body.producerId), epoch: body.producerEpoch };
  }

  /** Ends the transaction and waits for its markers. @returns who the producer is from now on */
  async finish(committed: boolean, version = 5): Promise<RawProducer> {
    const { error, producerId, epoch } = await this.end(committed, version);
    if (error !== 'OK') throw new Error(`EndTxn answered ${error}`);
    await this.settled();
    return version < 5 ? this : this.at(epoch, producerId);
  }

  async describe() {
    const { transactionStates } = await this.connection.request(apis.DescribeTransactions, 0, {
      transactionalIds: [this.transactionalId],
    });
    const described = transactionStates[0];
    if (described === undefined) throw new Error('DescribeTransactions answered nothing');
    return described;
  }

  /** State and epoch once no marker is on its way. */
  async settled(): Promise<string> {
    return this.state((state) => !state.startsWith('Prepare'));
  }

  /** Waits until the state is one of those. */
  async state(isIt: (state: string) => boolean = () => true): Promise<string> {
    const { transactionState, producerEpoch } = await eventually(
      () => this.describe(),
      (described) => isIt(described.transactionState),
    );
    return `${transactionState}@${producerEpoch}`;
  }
}

export async function produceBatch(
  connection: RawConnection,
  topic: string,
  records: Buffer,
  options: { partition?: number; version?: number; transactionalId?: string | null } = {},
): Promise<Told> {
  const { partition: index = 0, version = 12, transactionalId = null } = options;
  const topicData = [{ name: topic, partitionData: [{ index, records }] }];
  const body = await connection.request(apis.Produce, version, {
    transactionalId,
    acks: -1,
    timeoutMs: 5000,
    topicData,
  });
  const answer = body.responses[0]?.partitionResponses[0];
  if (answer === undefined) throw new Error('Produce answered nothing');
  return answer.errorCode === 0 ? answer.baseOffset : told(answer.errorCode);
}

/** What a consumer of read_committed gets of one partition in one response. */
export async function fetchCommitted(connection: RawConnection, topic: string, fetchOffset = 0, partition = 0) {
  const body = await connection.request(apis.Fetch, 12, {
    isolationLevel: 1,
    maxWaitMs: 0,
    maxBytes: 1_000_000,
    topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: 1_000_000 }] }],
  });
  const answer = body.responses[0]?.partitions[0];
  if (answer === undefined) throw new Error('Fetch answered nothing');
  return answer;
}

/** Waits until a broker is ready to coordinate. @param keyType 0 a group, 1 a transactional id */
export async function coordinatorFor(connection: RawConnection, keyType: 0 | 1, key: string): Promise<void> {
  await eventually(
    () => connection.request(apis.FindCoordinator, 4, { keyType, coordinatorKeys: [key] }),
    ({ coordinators }) => coordinators[0]?.errorCode === 0,
  );
  if (keyType === 1) return;
  await eventually(
    () => connection.request(apis.OffsetFetch, 8, { groups: [{ groupId: key, topics: null }] }),
    ({ groups }) => groups[0]?.errorCode === 0,
  );
}

/** Asks again until the answer is right. @throws when it never becomes so */
export async function eventually<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  for (const until = Date.now() + DEADLINE_MS; ;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (Date.now() > until) throw new Error(`it never became right; the last answer: ${JSON.stringify(answer)}`);
    await delay(POLL_MS);
  }
}

function told(code: number): string {
  return code === 0 ? 'OK' : errorName(code);
}
