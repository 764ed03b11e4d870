import type { Random } from 'embedded-kafka';

import { runUnit, type UnitScene } from './unit-work.js';

/** Awaits each of its units before the next one. */
export async function call(scene: UnitScene, random: Random, name: string): Promise<void> {
  for (let left = random.integer(3, 12); left > 0; left--) {
    await runUnit(scene, scene.units.add(name), random.fork(), {});
    await scene.simulation.sleep(random.next() ** 3 * 800);
  }
}

/** Begins units without awaiting those before, as requests to a server do. */
export async function crowd(scene: UnitScene, random: Random, name: string): Promise<void> {
  const running: Promise<void>[] = [];
  for (let left = random.integer(10, 30); left > 0; left--) {
    running.push(runUnit(scene, scene.units.add(`${name}-${running.length}`), random.fork(), {}));
    await scene.simulation.sleep(random.next() ** 3 * 400);
  }
  await Promise.all(running);
}
