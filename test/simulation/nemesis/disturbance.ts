import type { Broker, EmbeddedKafka, NetworkConnection, Random, Simulation } from 'embedded-kafka';

import type { NemesisPlan } from './nemesis-plan.js';
import type { ProduceWatch } from './produce-watch.js';

/** Where trouble is made, and who it is made for. */
export interface Scene {
  readonly simulation: Simulation;
  readonly kafka: EmbeddedKafka;
  readonly topic: string;
  readonly plan: NemesisPlan;
  readonly random: Random;
  readonly watch: ProduceWatch;
  /** Nothing of the producer is waiting or under way. */
  readonly isQuiet: () => boolean;
  /** Lets callers send nothing more until the returned function is called. */
  readonly holdCallers: () => () => void;
  readonly randomBroker: () => Broker;
  readonly randomPartition: () => number;
  /** One that the producer has open. */
  readonly randomConnection: () => NetworkConnection | undefined;
}

/** A trouble that is being made. */
export interface Trouble {
  /** Makes all well again. Left out: there is nothing to mend. */
  mend?(): void | Promise<void>;
  /** How often the producer was met by it; asked some time after it was mended. */
  hits(): number;
}

/** Begins a trouble. `undefined`: there is nothing it could strike now. */
export type Disturbance = (scene: Scene) => Trouble | undefined | Promise<Trouble | undefined>;

/** Counts what the producer notices from now on. */
export function noticed(count: () => number): () => number {
  const before = count();
  return () => count() - before;
}
