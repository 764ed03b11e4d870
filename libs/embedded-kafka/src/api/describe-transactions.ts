import { apis, errorCode, type ResponseInput } from 'kafka-wire';
import { defineHandler, type RequestContext } from './api-handler.js';
import { byTopic } from './by-topic.js';

type Described = NonNullable<ResponseInput<typeof apis.DescribeTransactions>['transactionStates']>[number];

/** All zeroes, where Kafka leaves the fields alone. */
const NOTHING = { producerId: Buffer.alloc(8), producerEpoch: 0, transactionStartTimeMs: 0 };

export const describeTransactions = defineHandler({
  api: apis.DescribeTransactions,
  versions: { min: 0, max: 0 },

  handle: (request, context) => ({
    transactionStates: request.transactionalIds.map((transactionalId) => describe(transactionalId, context)),
  }),

  refuse: (request, code) => ({
    transactionStates: request.transactionalIds.map((transactionalId) => nothing(transactionalId, code)),
  }),
});

function describe(transactionalId: string, { transactions, brokerId }: RequestContext): Described {
  const refused = transactions.check(transactionalId, brokerId);
  if (refused !== 0) return nothing(transactionalId, refused);
  const metadata = transactions.find(transactionalId);
  if (metadata === undefined) return nothing(transactionalId, errorCode('TRANSACTIONAL_ID_NOT_FOUND'));
  const { state, timeoutMs, startMs, producerId, epoch, partitions } = metadata;
  return {
    transactionalId,
    transactionState: state,
    transactionTimeoutMs: timeoutMs,
    transactionStartTimeMs: startMs,
    producerId,
    producerEpoch: epoch,
    topics: byTopic([...partitions.values()].map((one) => ({ ...one, topicId: '' }))).map(([{ topic }, entries]) => ({
      topic,
      partitions: entries.map(({ partition }) => partition),
    })),
  };
}

function nothing(transactionalId: string, code: number): Described {
  return { transactionalId, errorCode: code, ...NOTHING };
}
