import type { Random } from 'embedded-kafka';

import type { Transaction } from '../../../libs/kafka-producer/src/transactions/transaction.js';
import type { GroupClient, Member } from './group-client.js';
import { INPUT, type ConsumedRange, type SimulatedUnit } from './simulated-unit.js';
import { runUnit, STALE, type UnitScene } from './unit-work.js';
import type { GroupPlan, Takeover } from './units-plan.js';

/** Units that a consumer still begins when another one has taken over. */
const ZOMBIE_UNITS = 4;
/** Part of the names of units whose consumer may have been replaced. */
export const ZOMBIE = 'zombie';

/** What one member does, until a failure that it has not heard of yet. */
interface Life {
  readonly name: string;
  readonly member: Member | 'unfenced';
  hasFailed: boolean;
}

/**
 * The consumers of one group, one after the other. Each works on messages in units that commit its offsets, goes back to what is committed when one fails, and
 * does not notice when it is replaced.
 */
export class SimulatedConsumer {
  readonly #scene: UnitScene;
  readonly #client: GroupClient;
  readonly #plan: GroupPlan;
  readonly #random: Random;
  #member: Member | 'unfenced' = 'unfenced';
  #lives = 0;

  constructor(scene: UnitScene, client: GroupClient, plan: GroupPlan, random: Random) {
    this.#scene = scene;
    this.#client = client;
    this.#plan = plan;
    this.#random = random;
  }

  async run(): Promise<void> {
    const { takeovers, unitsEach, groupId } = this.#plan;
    if (takeovers === 'unfenced') return this.#live('unfenced', unitsEach);
    const isStatic = takeovers.includes('static');
    let member = await this.#client.join(isStatic ? groupId : null);
    const zombies: Promise<void>[] = [];
    for (const takeover of takeovers) {
      await this.#live(member, unitsEach);
      zombies.push(this.#live(member, this.#random.integer(1, ZOMBIE_UNITS), ZOMBIE));
      await this.#scene.simulation.sleep(this.#random.integer(0, 300));
      member = await this.#replace(member, takeover);
    }
    this.#member = member;
    await this.#live(member, unitsEach);
    await Promise.all(zombies);
  }

  /** When all is well again. */
  async after(): Promise<SimulatedUnit> {
    const life: Life = { name: `${this.#plan.groupId}-after`, member: this.#member, hasFailed: false };
    const positions = await this.#client.committed(this.#plan.partitions);
    const unit = this.#scene.units.add(life.name, life.name);
    const ranges = positions.map((from, partition) => this.#range(partition, from, from + 1));
    await this.#work(unit, life, ranges, this.#random.fork(), true);
    return unit;
  }

  #replace(member: Member, takeover: Takeover): Promise<Member> {
    const { groupInstanceId } = member;
    switch (takeover) {
      case 'leave':
        return this.#client.leave(member).then(() => this.#client.join(groupInstanceId));
      case 'rejoin':
        return this.#client.join(groupInstanceId, member);
      case 'static':
      case 'expel':
        return this.#client.join(groupInstanceId);
    }
  }

  async #live(member: Member | 'unfenced', count: number, kind = 'life'): Promise<void> {
    const { partitions, depth, groupId } = this.#plan;
    const random = this.#random.fork();
    const life: Life = { name: `${groupId}-${kind}${this.#lives++}`, member, hasFailed: true };
    const running = new Set<Promise<void>>();
    let positions: number[] = [];
    for (let index = 0; index < count; index++) {
      if (life.hasFailed) {
        await Promise.all(running);
        positions = await this.#client.committed(partitions);
        life.hasFailed = false;
      }
      const chosen = positions.map((from, partition) => this.#range(partition, from, from + random.integer(0, 4)));
      const ranges = chosen.filter(({ from, to }) => to > from);
      if (ranges.length === 0) continue;
      for (const { partition, to } of ranges) positions[partition] = to;
      const unit = this.#scene.units.add(`${life.name}-${index}`, life.name);
      let staged = (): void => {};
      const isStaged = new Promise<void>((resolve) => (staged = resolve));
      const task: Promise<void> = this.#work(unit, life, ranges, random.fork(), false, staged).then(() => {
        running.delete(task);
        if (unit.told !== 'committed') life.hasFailed = true;
      });
      running.add(task);
      // It may have to wait for a producer, and offsets are sent in their order.
      if (unit.isStreaming) await Promise.race([isStaged, task]);
      if (running.size >= depth) await Promise.race(running);
      await this.#scene.simulation.sleep(random.next() ** 3 * 300);
    }
    await Promise.all(running);
  }

  #work(
    unit: SimulatedUnit,
    life: Life,
    ranges: readonly ConsumedRange[],
    random: Random,
    isSound: boolean,
    staged = (): void => {},
  ): Promise<void> {
    const { groupId } = this.#plan;
    const isTwice = random.chance(0.3);
    const sendOffsets = async (transaction: Transaction): Promise<void> => {
      if (life.hasFailed && !isSound) throw new Error(STALE);
      unit.consumed.push(...ranges);
      const send = (back: number): Promise<void> => {
        const offsets = ranges.map(({ partition, to }) => ({ topic: INPUT, partition, offset: String(to - back) }));
        return transaction.sendOffsets({ groupId, member: life.member, offsets });
      };
      if (isTwice && ranges.every(({ from, to }) => to - from > 1)) await send(1);
      await send(0);
      staged();
    };
    return runUnit(this.#scene, unit, random, { isSound, sendOffsets });
  }

  #range(partition: number, from: number, to: number): ConsumedRange {
    return { groupId: this.#plan.groupId, partition, from, to };
  }
}
