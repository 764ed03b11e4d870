import { producerIdKey, decodeRecordBatchHeaders, ZERO_UUID, type apis, type RequestOf } from 'kafka-wire';

import type { ProduceResponse } from '../produce-attempt.js';
import type { FaultRates } from './fault-rates.js';
import type { Peer } from './faulty-connection.js';
import type { PartitionLog, StampedBatch } from './partition-log.js';
import type { SeededRandom } from './seeded-random.js';

export type ProduceBody = RequestOf<typeof apis.Produce>;
type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number];

/** What brokers share: who leads, and the logs. */
export interface BrokerWorld {
  readonly random: SeededRandom;
  readonly leaders: number[];
  readonly leaderEpochs: number[];
  readonly logs: readonly PartitionLog[];
  readonly faults: FaultRates;
}

const NOT_LEADER_OR_FOLLOWER = 6;
const REFUSED_BEFORE_APPEND = [3, 5, 19, 56];
const REFUSED_AFTER_APPEND = [6, 7, 20, 56];
const REJECTED = [10, 87];
const UNKNOWN_SERVER_ERROR = -1;

/** One broker: answers by Kafka's rules, or as the faults of the run want it. */
export class FaultyBroker implements Peer<ProduceBody> {
  frozenUntilMs = 0;

  constructor(
    readonly nodeId: number,
    readonly world: BrokerWorld,
  ) {}

  handle(body: ProduceBody): ProduceResponse {
    const { random, faults } = this.world;
    const responses = body.topicData.map(({ name, partitionData }) => ({
      name,
      topicId: ZERO_UUID,
      partitionResponses: partitionData.flatMap(({ index, records }) => {
        const answer = this.#produce(index, stampedBatch(records!));
        return random.chance(faults.leftOutOfAnswer) ? [] : [{ ...ANSWER, index, ...answer }];
      }),
    }));
    const throttleTimeMs = random.chance(faults.throttled) ? random.integer(1, 300) : 0;
    return { responses, throttleTimeMs, nodeEndpoints: [] };
  }

  #produce(partition: number, batch: StampedBatch): Partial<PartitionAnswer> {
    const { random, faults, leaders, leaderEpochs, logs } = this.world;
    if (leaders[partition] !== this.nodeId) {
      const currentLeader = { leaderId: leaders[partition]!, leaderEpoch: leaderEpochs[partition]! };
      return { errorCode: NOT_LEADER_OR_FOLLOWER, ...(random.chance(0.5) && { currentLeader }) };
    }
    if (random.chance(faults.rejected)) return { errorCode: random.pick(REJECTED) };
    if (random.chance(faults.refusedBeforeAppend)) return { errorCode: random.pick(REFUSED_BEFORE_APPEND) };
    const isUnknown = random.chance(faults.unknownError);
    if (isUnknown && random.chance(0.5)) return { errorCode: UNKNOWN_SERVER_ERROR };
    const { errorCode, baseOffset } = logs[partition]!.append(batch);
    if (errorCode !== 0) return { errorCode };
    if (isUnknown) return { errorCode: UNKNOWN_SERVER_ERROR };
    if (random.chance(faults.refusedAfterAppend)) return { errorCode: random.pick(REFUSED_AFTER_APPEND) };
    logs[partition]!.commit();
    return { baseOffset };
  }
}

const ANSWER: Omit<PartitionAnswer, 'index'> = {
  errorCode: 0,
  baseOffset: -1,
  logAppendTimeMs: -1,
  logStartOffset: 0,
  recordErrors: [],
  errorMessage: null,
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
};

/** Values of these runs look like `<17>`, so they are found without a decoder of our own. */
export function stampedBatch(records: Uint8Array): StampedBatch {
  const bytes = Buffer.from(records);
  const { producerId, producerEpoch, baseSequence, recordCount } = decodeRecordBatchHeaders(bytes)[0]!;
  const values = bytes.toString('latin1').match(/<\d+>/g) ?? [];
  if (values.length !== recordCount) throw new Error(`A batch of ${recordCount} records holds ${values.length} values`);
  return { producerId: producerIdKey(producerId), epoch: producerEpoch, baseSequence, values };
}
