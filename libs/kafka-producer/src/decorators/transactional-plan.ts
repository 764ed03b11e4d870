import { isKafkaProducerError } from '../errors/is-kafka-producer-error.js';
import { TransactionAbortedError } from '../errors/transaction.errors.js';
import { DEFAULT_PRODUCER } from '../kafka-producer.tokens.js';
import { producerSlot, type EmitProducer } from './producer-slot.js';
import type { TransactionalMethodOptions } from './transactional-options.js';

/** One `@Transactional` on one method: whose unit it runs in, and how. */
export class TransactionalPlan {
  /** Name of the module whose producer it is. */
  readonly producer: string;
  /** Where the instance holds that producer. */
  readonly slot: symbol;
  readonly options: Omit<TransactionalMethodOptions, 'producer'>;

  constructor({ producer = DEFAULT_PRODUCER, ...options }: TransactionalMethodOptions) {
    this.producer = producer;
    this.slot = producerSlot(producer);
    this.options = options;
  }

  /** There is no contract to load. */
  async prepare(): Promise<void> {}
}

/**
 * Runs the body in a unit of each plan, the first one outermost. The inner ones are committed first.
 *
 * Units of several producers are not one: when an outer one fails its error names those that have committed.
 */
export function inUnits(
  plans: readonly TransactionalPlan[],
  producers: readonly EmitProducer[],
  body: () => Promise<unknown>,
): Promise<unknown> {
  const committed: string[] = [];
  let run = body;
  for (let index = plans.length - 1; index >= 0; index--) {
    const { options, producer } = plans[index]!;
    const inner = run;
    run = async () => {
      try {
        const result = await producers[index]!.transaction!(inner, options);
        committed.push(producer);
        return result;
      } catch (error) {
        throw committed.length === 0 ? error : withCommitted(error, committed);
      }
    };
  }
  return run();
}

function withCommitted(error: unknown, committed: readonly string[]): unknown {
  if (!isKafkaProducerError(error, 'KAFKA_PRODUCER_TRANSACTION_ABORTED') || error.committed.length > 0) return error;
  const { reason, cause, message } = error;
  return new TransactionAbortedError({ reason, detail: message.replace(/\.$/, ''), committed: [...committed], cause });
}
