import { join } from 'node:path';

import type { SimulatedProducer } from '../support/simulated-producer.js';

/** The producer as a mutant has it. */
export async function mutantProducer(name: string): Promise<typeof SimulatedProducer> {
  const path = join(import.meta.dirname, '../support/simulated-producer.ts');
  const module = (await import(/* @vite-ignore */ `${path}?mutant=${encodeURIComponent(name)}`)) as {
    SimulatedProducer: typeof SimulatedProducer;
  };
  return module.SimulatedProducer;
}
