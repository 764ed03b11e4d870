import type { Random } from 'embedded-kafka';

import { crash, electLeaders, pause, shuffled } from './node-troubles.js';
import type { NodeScene, Trouble } from './trouble.js';

/** What happens to the node that decides about transactions, and to leaders, in an order of the seed's: all of them before any comes again. */
export function coordinatorTroubles(transactionalIds: readonly string[], random: Random, rounds: number): Trouble[] {
  const coordinator = ({ admin }: NodeScene): Promise<number> => admin.coordinatorOf(random.pick(transactionalIds));
  const troubles: readonly Trouble[] = [
    {
      name: 'coordinator killed',
      make: async (scene) => crash(scene.kafka, await coordinator(scene), random),
    },
    {
      // Longer than a request waits, and longer than the others wait for a node.
      name: 'coordinator frozen',
      make: async (scene) => pause(scene.kafka, [await coordinator(scene)], random.integer(4_500, 6_500)),
    },
    {
      name: 'coordinator restarted',
      make: async (scene) => scene.kafka.node(await coordinator(scene)).restart(),
    },
    { name: 'leaders elected', make: electLeaders },
    {
      name: 'leader killed',
      make: async ({ kafka, admin, topic }) => {
        const leaders = (await admin.partitions(topic)).map(({ leader }) => leader);
        await crash(kafka, random.pick(leaders.filter((leader) => leader > 0)), random);
      },
    },
  ];
  const chosen: Trouble[] = [];
  while (chosen.length < rounds) chosen.push(...shuffled(troubles, random));
  return chosen.slice(0, rounds);
}
