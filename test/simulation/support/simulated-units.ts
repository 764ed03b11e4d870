import type { Simulation } from 'embedded-kafka';

import { TransactionOptions } from '../../../libs/kafka-producer/src/options/transaction.options.js';
import { AmbientUnits } from '../../../libs/kafka-producer/src/transactions/propagation/ambient-units.js';
import {
  TransactionEngine,
  type EngineListener,
} from '../../../libs/kafka-producer/src/transactions/transaction-engine.js';
import type { SimulatedProducer } from './simulated-producer.js';

/** Units of work over a simulated producer, put together as the module does it. */
export function simulatedUnits(
  simulation: Simulation,
  { settings, cluster, pipeline }: SimulatedProducer,
  options: Partial<Omit<TransactionOptions, 'idPrefix' | 'instanceId'>>,
  listener: Partial<EngineListener> = {},
): TransactionEngine {
  const transactions = Object.assign({}, new TransactionOptions(), {
    ...options,
    idPrefix: 'units',
    instanceId: 'simulated',
  });
  const note = (what: string) => (): void => simulation.note(what);
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
        ...listener,
      },
    },
  );
}
