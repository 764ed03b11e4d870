import type { EmbeddedKafka, Random, Simulation } from 'embedded-kafka';

import { GroupClient } from './group-client.js';
import type { GroupPlan } from './units-plan.js';

/** What a consumer that would start now goes on from. */
export interface SeenOffsets {
  readonly groupId: string;
  /** By partition. */
  readonly offsets: readonly number[];
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
}

/** Looks at the committed offsets of a group now and then, as a consumer does that starts. */
export class OffsetWatch {
  readonly seen: SeenOffsets[] = [];
  readonly #simulation: Simulation;
  readonly #client: GroupClient;
  readonly #plan: GroupPlan;

  constructor(simulation: Simulation, kafka: EmbeddedKafka, plan: GroupPlan) {
    this.#simulation = simulation;
    this.#client = new GroupClient(simulation, kafka, `watch-${plan.groupId}`, plan.groupId);
    this.#plan = plan;
  }

  async run(random: Random, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.look();
      await this.#simulation.sleep(random.integer(50, 1_500));
    }
  }

  async look(): Promise<void> {
    const { groupId, partitions } = this.#plan;
    const askedAtMs = this.#simulation.clock.now();
    const offsets = await this.#client.committed(partitions);
    this.seen.push({ groupId, offsets, askedAtMs, answeredAtMs: this.#simulation.clock.now() });
  }

  close(): void {
    this.#client.close();
  }
}
