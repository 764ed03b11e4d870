import type { Logger } from '@nestjs/common';

import { sentenceOf } from './errors/describe-value.js';
import { publish } from './observability/channels.js';
import type { EngineListener } from './transactions/transaction-engine.js';

/** What transactions tell nobody in particular goes to the log and to the diagnostics channels. */
export function transactionListener(producer: string, logger: Logger): EngineListener {
  return {
    settledLate: (outcome, error) => {
      logger.warn(`A transaction that was reported as unknown is ${outcome}: ${sentenceOf(error)}`);
      publish('nestjs-kafka-producer:transaction-settled', { producer, outcome, error });
    },
    fenced: (error) => logger.error(error.message),
    setApart: (waitingFor, units) => {
      logger.warn(
        `${units} transactions wait for ${waitingFor.join(', ')}, which did not answer in time; all others go on`,
      );
      publish('nestjs-kafka-producer:transactions-set-apart', { producer, waitingFor, units });
    },
    startedAfterEnd: () =>
      logger.warn(
        'A transaction was started in the async context of one that has ended, so what started it (a timer, a pool, an event handler) was made inside that one and outlived it. ' +
          'It is a transaction of its own. Told once.',
      ),
    failedAfterEnd: (error) => {
      logger.error(`The work of a transaction that was given up has failed afterwards: ${sentenceOf(error)}`);
      publish('nestjs-kafka-producer:after-transaction-failed', { producer, where: 'work', error });
    },
    hookFailed: (where, error) => {
      logger.error(`${where}() of a transaction failed, which changes nothing for it: ${sentenceOf(error)}`);
      publish('nestjs-kafka-producer:after-transaction-failed', { producer, where, error });
    },
  };
}
