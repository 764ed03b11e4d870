import { apis, errorCode, type RequestOf } from 'kafka-wire';
import type { TransactionalProducer } from '../transactions/transaction-coordinator.js';
import type { TopicPartition } from '../transactions/transaction-metadata.js';
import { defineHandler, type RequestContext } from './api-handler.js';
import { byTopic } from './by-topic.js';
import { fencedAs } from './fenced-as.js';

type Request = RequestOf<typeof apis.AddPartitionsToTxn>;
type Topics = Request['v3AndBelowTopics'];

const FENCED_SINCE_VERSION = 2;
/** From here on the requests are those of brokers, which Kafka takes from anyone who may act on the cluster. */
const BATCHED_SINCE_VERSION = 4;

export const addPartitionsToTxn = defineHandler({
  api: apis.AddPartitionsToTxn,
  versions: { min: 0, max: 5 },

  handle(request, context) {
    if (context.apiVersion < BATCHED_SINCE_VERSION) {
      const codes = addAll(ofClient(request), request.v3AndBelowTopics, context);
      return { resultsByTopicV3AndBelow: results(request.v3AndBelowTopics, codes) };
    }
    const resultsByTransaction = request.transactions.map(
      ({ transactionalId, producerId, producerEpoch: epoch, verifyOnly, topics }) => {
        const producer = { transactionalId, producerId: Buffer.from(producerId), epoch };
        const codes = (verifyOnly ? verifyAll : addAll)(producer, topics, context);
        return { transactionalId, topicResults: results(topics, codes) };
      },
    );
    return { resultsByTransaction };
  },

  refuse(request, code, { apiVersion }) {
    if (apiVersion < BATCHED_SINCE_VERSION) {
      return { resultsByTopicV3AndBelow: results(request.v3AndBelowTopics, () => code) };
    }
    return { errorCode: code };
  },
});

type CodeOf = (partition: TopicPartition) => number;

function ofClient(request: Request): TransactionalProducer {
  return {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: Buffer.from(request.v3AndBelowProducerId),
    epoch: request.v3AndBelowProducerEpoch,
  };
}

/** All or none: next to a partition that does not exist the others are not attempted. */
function addAll(producer: TransactionalProducer, topics: Topics, context: RequestContext): CodeOf {
  const { cluster, transactions, brokerId, apiVersion } = context;
  const partitions = flat(topics).map(({ topic, partition }) => ({ topic, partition }));
  const isMissing = ({ topic, partition }: TopicPartition) => cluster.partition(topic, partition) === undefined;
  if (partitions.some(isMissing)) {
    return (one) => errorCode(isMissing(one) ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'OPERATION_NOT_ATTEMPTED');
  }
  const refused = transactions.check(producer.transactionalId, brokerId) || transactions.add(producer, partitions);
  const code = fencedAs(refused, apiVersion, FENCED_SINCE_VERSION);
  return () => code;
}

function verifyAll(producer: TransactionalProducer, topics: Topics, context: RequestContext): CodeOf {
  const { cluster, transactions, brokerId } = context;
  const isMissing = ({ topic, partition }: TopicPartition) => cluster.partition(topic, partition) === undefined;
  if (flat(topics).some(isMissing)) return addAll(producer, topics, context);
  const refused = transactions.check(producer.transactionalId, brokerId);
  return (one) => refused || transactions.verify(producer, one);
}

function flat(topics: Topics): (TopicPartition & { readonly topicId: string })[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions.map((partition) => ({ topic: name, topicId: '', partition })),
  );
}

function results(topics: Topics, codeOf: CodeOf) {
  return byTopic(flat(topics)).map(([{ topic: name }, partitions]) => ({
    name,
    resultsByPartition: partitions.map((one) => ({
      partitionIndex: one.partition,
      partitionErrorCode: codeOf(one),
    })),
  }));
}
