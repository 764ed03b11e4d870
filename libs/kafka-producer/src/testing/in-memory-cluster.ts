import { apis, decodeRequest, encodeResponse, errorCode, type RequestOf } from 'kafka-wire';

import type { BrokerState, Cluster, ConnectionPurpose, TopicMetadata, WireRequest } from '../cluster/cluster.js';
import { UnknownTopicError } from '../errors/cluster-side.errors.js';
import { ProducerClosedError } from '../errors/delivery.errors.js';
import { InMemoryTransactions } from './in-memory-transactions.js';
import { InMemoryTopics, type InMemoryKafkaOptions } from './in-memory-topics.js';
import type { OutcomeScripts } from './outcome-scripts.js';
import type { CommittedRecord } from './committed-record.js';
import type { RecordLog } from './record-log.js';
import type { Script } from './scripted-send.js';

type ProduceBody = RequestOf<typeof apis.Produce>;

/**
 * The port to Kafka without a Kafka: reads the very bytes that would go to a broker, and keeps what is in them.
 *
 * A request is copied when it is sent, because the producer uses the memory of a batch again once it is answered. Requests to a topic are served one
 * after the other, as a broker does. There is no socket, and no timer but for what is scripted to be slow.
 */
export class InMemoryCluster implements Cluster {
  readonly #producer: string;
  readonly #topics: InMemoryTopics;
  readonly #log: RecordLog;
  readonly #scripts: OutcomeScripts;
  /** Per node and purpose, as connections are: the end of the last request. */
  readonly #served = new Map<string, Promise<unknown>>();
  readonly #unanswered = new Set<(error: Error) => void>();
  readonly #listeners = new Set<() => void>();
  readonly #holding = new Set<Script>();
  readonly #transactions = new InMemoryTransactions();
  #isClosed = false;

  /** @param producer name of the module whose records these are */
  constructor(producer: string, options: InMemoryKafkaOptions, log: RecordLog, scripts: OutcomeScripts) {
    this.#producer = producer;
    this.#topics = new InMemoryTopics(options);
    this.#log = log;
    this.#scripts = scripts;
  }

  /** Not known while it is scripted to be unknown: the producer asks then. */
  topic(name: string): TopicMetadata | undefined {
    if (this.#isClosed || this.#scripts.find('metadata', this.#producer, name) !== undefined) return undefined;
    return this.#topics.get(name)?.metadata;
  }

  async loadTopic(name: string): Promise<TopicMetadata> {
    if (this.#isClosed) throw new ProducerClosedError();
    if (this.#scripts.take('metadata', this.#producer, name) !== undefined) {
      // What was batched before waits for a leader since the topic was scripted to be unknown.
      for (const listener of this.#listeners) listener();
      throw new UnknownTopicError({ topic: name, reason: 'scripted with nextSend()' });
    }
    return this.#topics.getOrCreate(name).metadata;
  }

  reloadTopic(name: string): Promise<TopicMetadata> {
    return this.loadTopic(name);
  }

  refusal(): undefined {}

  invalidate(): void {}

  onMetadataChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  isReady(): boolean {
    return !this.#isClosed;
  }

  connect(): Promise<void> {
    return this.#isClosed ? Promise.reject(new ProducerClosedError()) : Promise.resolve();
  }

  send<R>(nodeId: number, request: WireRequest<R>, purpose: ConnectionPurpose): Promise<R> {
    if (this.#isClosed) return Promise.reject(new ProducerClosedError());
    const version = request.maxVersion ?? request.api.versions.max;
    const frame = Buffer.concat(request.encode(version, 0, 'in-memory')).subarray(4);
    return new Promise((resolve, reject) => {
      this.#unanswered.add(reject);
      const answer = this.#inTurn(`${nodeId} ${purpose}`, () => this.#answer(frame, version));
      answer
        .then((bytes) =>
          resolve(request.expectResponse ? request.decode(version, bytes.subarray(4)) : (undefined as R)),
        )
        .catch(reject)
        .finally(() => this.#unanswered.delete(reject));
    });
  }

  anyNode(): Promise<number> {
    return this.#isClosed ? Promise.reject(new ProducerClosedError()) : Promise.resolve(1);
  }

  coordinator(): Promise<number> {
    return this.anyNode();
  }

  invalidateCoordinator(): void {}

  transactionVersion(): 2 {
    return 2;
  }

  brokers(): readonly BrokerState[] {
    const count = Math.max(1, this.#topics.count);
    return Array.from({ length: count }, (_, index) => ({
      nodeId: index + 1,
      host: 'in-memory',
      port: 0,
      connected: !this.#isClosed,
    }));
  }

  ping(): Promise<void> {
    return this.connect();
  }

  /** What is held is given up. */
  close(): Promise<void> {
    this.#isClosed = true;
    for (const reject of this.#unanswered) reject(new ProducerClosedError());
    for (const script of this.#holding) script.release();
    return Promise.resolve();
  }

  #inTurn<T>(connection: string, serve: () => Promise<T>): Promise<T> {
    const turn = (this.#served.get(connection) ?? Promise.resolve()).then(serve);
    const ended = turn.catch(() => {});
    this.#served.set(connection, ended);
    return turn;
  }

  async #answer(frame: Buffer, version: number): Promise<Buffer> {
    if (this.#isClosed) throw new ProducerClosedError();
    const request = decodeRequest(frame);
    switch (request.name) {
      case 'InitProducerId':
        return encodeResponse(apis.InitProducerId, version, 0, this.#initProducerId(request.body));
      case 'AddPartitionsToTxn':
        return encodeResponse(apis.AddPartitionsToTxn, version, 0, added(request.body));
      case 'TxnOffsetCommit':
        return encodeResponse(apis.TxnOffsetCommit, version, 0, offsetsTaken(request.body));
      case 'EndTxn':
        return encodeResponse(apis.EndTxn, version, 0, this.#endTransaction(request.body));
      case 'Produce':
        return encodeResponse(apis.Produce, version, 0, await this.#produce(request.body));
      default:
        throw new Error(`The in-memory cluster does not answer ${request.name}.`);
    }
  }

  #initProducerId({ transactionalId }: RequestOf<typeof apis.InitProducerId>) {
    if (transactionalId === null) return { errorCode: 0, producerId: PRODUCER_ID, producerEpoch: 0 };
    if (this.#transactions.isFenced(transactionalId)) return FENCED;
    return { errorCode: 0, producerId: PRODUCER_ID, producerEpoch: this.#transactions.initialise(transactionalId) };
  }

  #endTransaction({ transactionalId, committed }: RequestOf<typeof apis.EndTxn>) {
    const topics = this.#transactions.topicsOf(transactionalId);
    if (committed && this.#scripts.take('commit', this.#producer, ...topics) !== undefined) {
      this.#transactions.fence(transactionalId);
    }
    if (this.#transactions.isFenced(transactionalId)) return FENCED;
    const { epoch, records } = this.#transactions.end(transactionalId, committed);
    for (const record of records) this.#log.append(record);
    return { errorCode: 0, producerId: PRODUCER_ID, producerEpoch: epoch };
  }

  async #produce({ transactionalId, topicData }: ProduceBody) {
    const append = (record: CommittedRecord): void => {
      if (transactionalId === null) this.#log.append(record);
      else this.#transactions.add(transactionalId, record);
    };
    const responses = [];
    for (const produced of topicData) {
      const script = this.#scripts.take('produce', this.#producer, produced.name);
      if (script?.next.outcome === 'slow') await this.#hold(script);
      const topic = this.#topics.getOrCreate(produced.name);
      responses.push(await topic.produce(produced, this.#producer, script, append));
    }
    return { responses };
  }

  async #hold(script: Script): Promise<void> {
    this.#holding.add(script);
    await script.hold();
    this.#holding.delete(script);
    if (this.#isClosed) throw new ProducerClosedError();
  }
}

function added({ v3AndBelowTopics }: RequestOf<typeof apis.AddPartitionsToTxn>) {
  const resultsByTopicV3AndBelow = v3AndBelowTopics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode: 0 })),
  }));
  return { resultsByTopicV3AndBelow };
}

/** There are no groups here: what consumers have committed nobody asks for. */
function offsetsTaken({ topics }: RequestOf<typeof apis.TxnOffsetCommit>) {
  return {
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
    })),
  };
}

/** One is enough: every cluster has one producer, which never asks again. */
const PRODUCER_ID = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]);

/** The answer to whoever has lost his `transactional.id`. */
const FENCED = { errorCode: errorCode('PRODUCER_FENCED'), producerId: PRODUCER_ID, producerEpoch: -1 };
