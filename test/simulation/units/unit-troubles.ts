import type { EmbeddedKafka, Random, Simulation } from 'embedded-kafka';
import type { ApiName } from 'kafka-wire';

import { PARTITIONS, TOPICS } from './simulated-unit.js';

const APIS: readonly ApiName[] = [
  'FindCoordinator',
  'InitProducerId',
  'AddPartitionsToTxn',
  'Produce',
  'EndTxn',
  'EndTxn',
  'Metadata',
];
const REFUSALS = [
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'CONCURRENT_TRANSACTIONS',
] as const;

/** Brokers, coordinators and connections in random trouble, until it is over. @returns how often it struck */
export async function makeTrouble(
  simulation: Simulation,
  kafka: EmbeddedKafka,
  random: Random,
  isOver: () => boolean,
): Promise<number> {
  let hits = 0;
  while (!isOver()) {
    await simulation.sleep(random.integer(1, 500));
    const broker = random.pick(kafka.brokers);
    switch (random.integer(0, 7)) {
      case 0:
        await broker.stop();
        await simulation.sleep(random.integer(1, 3_000));
        await broker.start();
        hits++;
        break;
      case 1:
        broker.pause();
        await simulation.sleep(random.integer(1, 2_500));
        broker.resume();
        hits++;
        break;
      case 2:
        hits += attempt(() => kafka.moveLeader(random.pick(TOPICS), random.integer(0, PARTITIONS - 1), broker.id));
        break;
      case 3:
        hits += attempt(() =>
          kafka.moveCoordinator('transaction', `units-simulated-${random.integer(0, 2)}`, broker.id),
        );
        break;
      default: {
        const side = random.pick(['onRequest', 'onResponse'] as const);
        const action =
          side === 'onRequest' && random.chance(0.3)
            ? ({ errorCode: random.pick(REFUSALS) } as const)
            : random.pick(['drop', 'cut', { delayMs: random.integer(10, 2_000) }] as const);
        const api = typeof action === 'object' && 'errorCode' in action ? 'EndTxn' : random.pick(APIS);
        const fault = kafka.faults[side](api, { times: random.integer(1, 3), action });
        await simulation.sleep(random.integer(50, 2_000));
        fault.heal();
        hits += fault.hits;
      }
    }
  }
  kafka.faults.clear();
  return hits;
}

function attempt(change: () => void): number {
  try {
    change();
    return 1;
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}
