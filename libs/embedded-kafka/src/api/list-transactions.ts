import { apis, errorCode } from 'kafka-wire';
import type { TransactionMetadata } from '../transactions/transaction-metadata.js';
import { TRANSACTION_STATES } from '../transactions/transaction-state.js';
import { defineHandler } from './api-handler.js';

/** A broker lists the ids it coordinates: a client asks all brokers. */
export const listTransactions = defineHandler({
  api: apis.ListTransactions,
  versions: { min: 0, max: 2 },

  handle(request, { cluster, transactions, brokerId }) {
    const { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern } = request;
    const pattern = wholeMatch(transactionalIdPattern);
    if (pattern === 'invalid') return { errorCode: errorCode('INVALID_REGULAR_EXPRESSION') };
    const nowMs = cluster.clock.wallTime();
    const isWanted = ({ transactionalId, state, producerId, startMs }: TransactionMetadata) =>
      (stateFilters.length === 0 || stateFilters.includes(state)) &&
      (producerIdFilters.length === 0 || producerIdFilters.some((one) => one.equals(producerId))) &&
      (durationFilter < 0 || nowMs - startMs > durationFilter) &&
      (pattern === undefined || pattern.test(transactionalId));
    const mine = [...transactions.ids].filter(
      ({ transactionalId }) => transactions.nodeFor(transactionalId)?.id === brokerId,
    );
    return {
      unknownStateFilters: stateFilters.filter((name) => !TRANSACTION_STATES.some((state) => state === name)),
      transactionStates: mine.filter(isWanted).map(({ transactionalId, producerId, state }) => ({
        transactionalId,
        producerId,
        transactionState: state,
      })),
    };
  },

  refuse: (_request, code) => ({ errorCode: code }),
});

/** Undefined when all ids are wanted. Kafka's expressions are Java's: what both know means the same here. */
function wholeMatch(pattern: string | null): RegExp | undefined | 'invalid' {
  if (pattern === null || pattern === '') return undefined;
  try {
    return new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    return 'invalid';
  }
}
