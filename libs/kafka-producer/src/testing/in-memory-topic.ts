import {
  decodeRecordBatchHeaders,
  decodeRecords,
  errorCode,
  type apis,
  type RequestOf,
  type ResponseInput,
} from 'kafka-wire';

import type { TopicMetadata } from '../cluster/cluster.js';
import { CommittedRecord } from './committed-record.js';
import type { Script } from './scripted-send.js';

type ProducedTopic = RequestOf<typeof apis.Produce>['topicData'][number];
type ProducedPartition = ProducedTopic['partitionData'][number];
type TopicAnswer = NonNullable<ResponseInput<typeof apis.Produce>['responses']>[number];
type PartitionAnswer = NonNullable<TopicAnswer['partitionResponses']>[number];

const NO_BYTES = Buffer.alloc(0);
const SCRIPTED = 'scripted with nextSend()';
const INVALID_RECORD = errorCode('INVALID_RECORD');
const MESSAGE_TOO_LARGE = errorCode('MESSAGE_TOO_LARGE');
const TOPIC_AUTHORIZATION_FAILED = errorCode('TOPIC_AUTHORIZATION_FAILED');
const UNKNOWN_SERVER_ERROR = errorCode('UNKNOWN_SERVER_ERROR');
const UNKNOWN_TOPIC_OR_PARTITION = errorCode('UNKNOWN_TOPIC_OR_PARTITION');

/** A topic of the in-memory cluster: where its partitions end, and what it answers. */
export class InMemoryTopic {
  readonly metadata: TopicMetadata;
  readonly leader: number;
  readonly #ends: number[];
  /** Records of batches that were refused as too large: the producer divides them and sends the parts again. */
  #tooLargeRecords = 0;

  /** @param leader node id */
  constructor(name: string, partitionCount: number, leader: number) {
    this.leader = leader;
    this.#ends = Array.from({ length: partitionCount }, () => 0);
    const partitions = this.#ends.map((_, partition) => ({
      partition,
      leader,
      leaderEpoch: 0,
      replicas: [leader],
      isr: [leader],
      errorCode: 0,
    }));
    this.metadata = { name, partitions, available: partitions.map(({ partition }) => partition) };
  }

  /** @param append called for each record that gets into the log, in its order */
  async produce(
    { name, partitionData }: ProducedTopic,
    producer: string,
    script: Script | undefined,
    append: (record: CommittedRecord) => void,
  ): Promise<TopicAnswer> {
    const partitionResponses: PartitionAnswer[] = [];
    for (const partition of partitionData) {
      const refusal = this.#refusal(partition, script);
      const isAppended =
        refusal === undefined || (script?.next.outcome === 'unknown' && script.next.appended !== false);
      const baseOffset = isAppended ? await this.#append(partition, producer, append) : -1;
      partitionResponses.push(refusal ?? { index: partition.index, errorCode: 0, baseOffset });
    }
    return { name, partitionResponses };
  }

  async #append(
    { index, records }: ProducedPartition,
    producer: string,
    append: (record: CommittedRecord) => void,
  ): Promise<number> {
    const bytes = records ?? NO_BYTES;
    const baseOffset = this.#ends[index] ?? 0;
    for (const header of decodeRecordBatchHeaders(bytes)) {
      for (const record of await decodeRecords(bytes, header)) {
        const offset = this.#ends[index] ?? 0;
        this.#ends[index] = offset + 1;
        append(new CommittedRecord({ producer, topic: this.metadata.name, partition: index, offset }, record));
      }
    }
    return baseOffset;
  }

  #refusal({ index, records }: ProducedPartition, script: Script | undefined): PartitionAnswer | undefined {
    const refuse = (code: number): PartitionAnswer => ({
      index,
      errorCode: code,
      baseOffset: -1,
      errorMessage: SCRIPTED,
    });
    if (index >= this.#ends.length) return refuse(UNKNOWN_TOPIC_OR_PARTITION);
    switch (script?.next.outcome) {
      case 'fail':
        return refuse(INVALID_RECORD);
      case 'unauthorized':
        return refuse(TOPIC_AUTHORIZATION_FAILED);
      case 'unknown':
        return refuse(UNKNOWN_SERVER_ERROR);
      case 'too-large':
        this.#tooLargeRecords += recordCount(records);
        break;
      default:
    }
    if (this.#tooLargeRecords === 0) return undefined;
    if (recordCount(records) === 1) this.#tooLargeRecords--;
    return refuse(MESSAGE_TOO_LARGE);
  }
}

function recordCount(records: Buffer | null): number {
  return decodeRecordBatchHeaders(records ?? NO_BYTES).reduce((sum, header) => sum + header.recordCount, 0);
}
