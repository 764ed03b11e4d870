import type { KafkaProducerError } from '../kafka-producer.error.js';
import {
  PoolExhaustedError,
  ProducerFencedError,
  PropagationError,
  TransactionAbortedError,
  TransactionEndedError,
  TransactionOutcomeUnknownError,
} from '../transaction.errors.js';

const cause = new Error('connect ECONNREFUSED 127.0.0.1:9092');

/** The rows of `errorCases` for transactions. */
export const transactionErrorCases: readonly {
  error: KafkaProducerError;
  message: string;
  fields: Record<string, unknown>;
}[] = [
  {
    error: new PropagationError({ reason: "place() has propagation 'mandatory' and was called outside a transaction" }),
    message:
      "place() has propagation 'mandatory' and was called outside a transaction. " +
      'Correct the call site: the propagation the method asks for does not fit where it is called.',
    fields: {},
  },
  {
    error: new TransactionAbortedError({
      reason: 'rejected',
      detail: "topic 'orders' refused one of its records",
      committed: ['audit'],
      cause,
    }),
    message:
      "The transaction was aborted (rejected): topic 'orders' refused one of its records; already committed: the unit of producer audit. " +
      'Nothing of it was committed: run the whole unit again if the cause allows it.',
    fields: { reason: 'rejected', committed: ['audit'], cause },
  },
  {
    error: new TransactionEndedError({ operation: 'send()', state: 'committed' }),
    message:
      'send() was called in a transaction that is committed. Await the work inside the unit, or do it under withoutTransaction().',
    fields: { state: 'committed' },
  },
  {
    error: new TransactionOutcomeUnknownError({
      transactionalId: 'order-service-7f3a-0',
      detail: 'its coordinator did not answer for 30000 ms',
      cause,
    }),
    message:
      "Whether the transaction of 'order-service-7f3a-0' was committed is not known: its coordinator did not answer for 30000 ms. " +
      'Reconcile by a business key; run it again only when its records are not there.',
    fields: { transactionalId: 'order-service-7f3a-0', cause },
  },
  {
    error: new ProducerFencedError({ transactionalId: 'order-service-0-0', cause }),
    message:
      "Another process uses the transactional.id 'order-service-0-0', and the brokers have fenced this one. " +
      'Stop the other process, or give each its own transactions.instanceId (or none, then it is random); then restart this one.',
    fields: { transactionalId: 'order-service-0-0', cause },
  },
  {
    error: new PoolExhaustedError({ maxStreamingProducers: 10, waitedMs: 10_000.4, heldByAncestor: false }),
    message:
      'None of the 10 streaming producers became free within 10000 ms. ' +
      'Use fewer or shorter streaming transactions, or raise transactions.maxStreamingProducers.',
    fields: { maxStreamingProducers: 10, heldByAncestor: false },
  },
  {
    error: new PoolExhaustedError({ maxStreamingProducers: 2, waitedMs: 0, heldByAncestor: true }),
    message:
      'All 2 streaming producers are held, some of them by transactions around this one, which would wait for itself. ' +
      'Use fewer or shorter streaming transactions, or raise transactions.maxStreamingProducers.',
    fields: { waitedMs: 0, heldByAncestor: true },
  },
];
