import type { Simulation } from 'embedded-kafka';

import { TransactionOptions } from '../../../libs/kafka-producer/src/options/transaction.options.js';
import { AmbientUnits } from '../../../libs/kafka-producer/src/transactions/propagation/ambient-units.js';
import { TransactionEngine } from '../../../libs/kafka-producer/src/transactions/transaction-engine.js';
import type { SimulatedProducer } from '../support/simulated-producer.js';

/**
 * Transactions of a simulated producer, put together as its module does it.
 *
 * @param tell is told what concerns nobody in particular
 */
export function simulatedEngine(
  simulation: Simulation,
  { settings, cluster, pipeline }: SimulatedProducer,
  options: Partial<Omit<TransactionOptions, 'idPrefix'>>,
  tell: (what: string) => void = (what) => simulation.note(what),
): TransactionEngine {
  const transactions = Object.assign({}, new TransactionOptions(), {
    idPrefix: 'units',
    instanceId: 'simulated',
    ...options,
  });
  const note = (what: string) => (): void => tell(what);
  return new TransactionEngine(
    { producer: 'simulated', transactions, pipeline: settings },
    {
      cluster,
      clock: simulation.clock,
      ambient: new AmbientUnits(),
      plain: pipeline,
      listener: {
        settledLate: note('settled late'),
        fenced: note('fenced'),
        setApart: note('set apart'),
        startedAfterEnd: note('started after the end'),
        failedAfterEnd: note('failed after the end'),
        hookFailed: note('a hook failed'),
      },
    },
  );
}
