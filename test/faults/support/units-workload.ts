import { setTimeout as delay } from 'node:timers/promises';

import type { Random } from 'embedded-kafka';
import type { KafkaProducerService } from 'nestjs-kafka-producer';

import { reached } from '../../support/reached.js';
import { runUnit, type RunUnit } from '../../support/run-unit.js';

const CALLERS = 60;
const MAX_RECORDS = 5;
const MAX_PAUSE_MS = 150;
/** A unit that took so long has felt something. */
const FELT_MS = 700;

/** Callers that run one unit after the other, each of a few records anywhere in the topics. */
export class UnitsWorkload {
  readonly units: RunUnit[] = [];
  /** Units that took far longer than usual, or were not committed. */
  felt = 0;
  #isOver = false;
  #callers: readonly Promise<void>[] = [];

  constructor(
    readonly producer: KafkaProducerService,
    readonly topics: readonly string[],
    readonly partitions: number,
  ) {}

  start(random: Random): void {
    this.#callers = Array.from({ length: CALLERS }, (_, caller) => this.#call(caller, random.fork()));
    for (const caller of this.#callers) caller.catch(() => {});
  }

  /** Resolves when so many more were committed. */
  async progress(units: number, withinMs: number): Promise<void> {
    const enough = this.units.filter(({ told }) => told === 'committed').length + units;
    const isEnough = (): boolean => this.units.filter(({ told }) => told === 'committed').length >= enough;
    await reached(isEnough, withinMs, `${units} more units are committed`);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#callers);
  }

  async #call(caller: number, random: Random): Promise<void> {
    for (let index = 0; !this.#isOver; index++) {
      const places = Array.from({ length: random.integer(1, MAX_RECORDS) }, () => {
        return { topic: random.pick(this.topics), partition: random.integer(0, this.partitions - 1) };
      });
      const startedMs = performance.now();
      const unit = await runUnit(this.producer, `u${caller}-${index}`, places);
      this.units.push(unit);
      if (unit.told !== 'committed' || performance.now() - startedMs > FELT_MS) this.felt++;
      await delay(random.integer(0, MAX_PAUSE_MS));
    }
  }
}
