import type { Fault } from 'embedded-kafka';

import { CLUSTER_DISTURBANCES, EXPIRY, letAllFollow, RECREATION } from './cluster-disturbances.js';
import type { Disturbance, Scene, Trouble } from './disturbance.js';
import { NETWORK_DISTURBANCES } from './network-disturbances.js';
import type { Mix } from './nemesis-plan.js';
import { WIRE_DISTURBANCES } from './wire-disturbances.js';

const FOR_ALL: Readonly<Record<string, Disturbance>> = {
  ...WIRE_DISTURBANCES,
  ...NETWORK_DISTURBANCES,
  ...CLUSTER_DISTURBANCES,
};
const EXPIRES = 'producers forgotten';
const AT_FIRST = 'first requests refused';
const RECREATES = 'topic created anew';
/** How often the disturbance a mix is for comes, among the others. */
const OWN_SHARE = 0.3;

const OF_MIX: Readonly<Record<Mix, Readonly<Record<string, Disturbance>>>> = {
  any: {},
  expiry: { [EXPIRES]: EXPIRY },
  recreation: { [RECREATES]: RECREATION },
};

/** All kinds of trouble there are. */
export const DISTURBANCES: readonly string[] = [...Object.keys(FOR_ALL), AT_FIRST, EXPIRES, RECREATES];

/** Makes trouble for as long as the plan says, in as many lanes; then all is well again. @returns how often the producer was met by each kind */
export async function makeTrouble(scene: Scene): Promise<ReadonlyMap<string, number>> {
  const { simulation, kafka, plan } = scene;
  const hits = new Map<string, number>();
  const first = plan.isRefusedAtFirst ? refuseAtFirst(scene) : undefined;
  await Promise.all(Array.from({ length: plan.lanes }, () => lane(scene, hits)));
  kafka.faults.clear();
  kafka.network.heal();
  simulation.network.latencyMs = plan.latencyMs;
  letAllFollow(scene);
  return first === undefined ? hits : hits.set(AT_FIRST, first.hits);
}

function refuseAtFirst({ kafka, random }: Scene): Fault {
  return kafka.faults.onRequest('Produce', {
    times: random.integer(1, 2),
    action: { errorCode: random.pick(['NOT_ENOUGH_REPLICAS', 'LEADER_NOT_AVAILABLE'] as const) },
  });
}

async function lane(scene: Scene, hits: Map<string, number>): Promise<void> {
  const { simulation, plan } = scene;
  const random = scene.random.fork();
  const untilMs = simulation.clock.now() + plan.troubleMs;
  while (simulation.clock.now() < untilMs) {
    await simulation.sleep(random.integer(1, 200));
    const own = OF_MIX[plan.mix];
    const disturbances = random.chance(OWN_SHARE) && Object.keys(own).length > 0 ? own : FOR_ALL;
    const name = random.pick(Object.keys(disturbances));
    const trouble = topicIsThere(scene) ? await disturbances[name]?.({ ...scene, random }) : undefined;
    if (trouble === undefined) continue;
    simulation.note(name);
    // Mostly short, sometimes longer than any time-out of a request.
    await simulation.sleep(10 + 3_000 * random.next() ** 3);
    await mend(scene, name, trouble);
    await simulation.sleep(random.integer(50, 200));
    hits.set(name, (hits.get(name) ?? 0) + trouble.hits());
  }
}

async function mend({ simulation }: Scene, name: string, trouble: Trouble): Promise<void> {
  if (trouble.mend === undefined) return;
  simulation.note(`mended: ${name}`);
  await trouble.mend();
}

function topicIsThere({ kafka, topic }: Scene): boolean {
  try {
    return kafka.leaderOf(topic, 0) !== undefined;
  } catch {
    return false;
  }
}
