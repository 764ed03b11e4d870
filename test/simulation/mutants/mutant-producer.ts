import { join } from 'node:path';

import type { SimulatedProducer } from '../support/simulated-producer.js';
import type { UnitsLibrary } from '../units/units-run.js';

/** The producer as a mutant has it. */
export async function mutantProducer(name: string): Promise<typeof SimulatedProducer> {
  const module = await mutantModule<Pick<UnitsLibrary, 'SimulatedProducer'>>('simulated-producer', name);
  return module.SimulatedProducer;
}

/** Transactions as a mutant has them. */
export async function mutantUnits(name: string): Promise<UnitsLibrary> {
  const { simulatedUnits } = await mutantModule<Pick<UnitsLibrary, 'simulatedUnits'>>('simulated-units', name);
  return { SimulatedProducer: await mutantProducer(name), simulatedUnits };
}

async function mutantModule<T>(file: string, name: string): Promise<T> {
  const path = join(import.meta.dirname, `../support/${file}.ts`);
  return (await import(/* @vite-ignore */ `${path}?mutant=${encodeURIComponent(name)}`)) as T;
}
