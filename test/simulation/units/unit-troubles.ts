import type { EmbeddedKafka, FaultAction, Random, Simulation } from 'embedded-kafka';
import type { ApiName } from 'kafka-wire';

import { PARTITIONS, TOPICS } from './simulated-unit.js';
import type { UnitsPlan } from './units-plan.js';

const APIS: readonly ApiName[] = [
  'FindCoordinator',
  'InitProducerId',
  'AddPartitionsToTxn',
  'AddOffsetsToTxn',
  'TxnOffsetCommit',
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
const IDS = 5;

interface TroubleScene {
  readonly simulation: Simulation;
  readonly kafka: EmbeddedKafka;
  readonly random: Random;
  readonly plan: UnitsPlan;
}

/** Makes one trouble and mends it. @returns how often it struck */
type Trouble = (scene: TroubleScene) => Promise<number> | number;

const TROUBLES: readonly Trouble[] = [
  async ({ simulation, kafka, random, plan }) => {
    const broker = random.pick(kafka.brokers);
    await broker.stop();
    await simulation.sleep(random.integer(1, plan.isHarsh ? 6_000 : 3_000));
    await broker.start();
    return 1;
  },
  async ({ simulation, kafka, random, plan }) => {
    const broker = random.pick(kafka.brokers);
    broker.pause();
    await simulation.sleep(random.integer(1, plan.isHarsh ? 6_000 : 2_500));
    broker.resume();
    return 1;
  },
  ({ kafka, random }) => {
    const nodeId = random.pick(kafka.brokers).id;
    return attempt(() => kafka.moveLeader(random.pick(TOPICS), random.integer(0, PARTITIONS - 1), nodeId));
  },
  ({ kafka, random, plan }) => {
    const nodeId = random.pick(kafka.brokers).id;
    const group = random.pick([undefined, ...plan.groups]);
    return attempt(() =>
      group === undefined
        ? kafka.moveCoordinator('transaction', `units-simulated-${random.integer(0, IDS - 1)}`, nodeId)
        : kafka.moveCoordinator('group', group.groupId, nodeId),
    );
  },
  ({ kafka, random, plan }) => {
    if (!plan.isUpgraded) return 0;
    kafka.transactions.setVersion(random.pick([1, 2]));
    return 1;
  },
  someRequests,
  someRequests,
  someRequests,
  someRequests,
  oneThingSilent,
  ({ plan, ...scene }) => (plan.isHarsh ? endTxnSilent({ plan, ...scene }) : 0),
  ({ plan, ...scene }) => (plan.isHarsh ? lateRecords({ plan, ...scene }) : 0),
];

/** Brokers, coordinators and connections in random trouble, until it is over. @returns how often it struck */
export async function makeTrouble(scene: TroubleScene, isOver: () => boolean): Promise<number> {
  const { simulation, kafka, random } = scene;
  let hits = 0;
  while (!isOver()) {
    await simulation.sleep(random.integer(1, 500));
    hits += await random.pick(TROUBLES)(scene);
  }
  kafka.faults.clear();
  return hits;
}

/** A few requests of one kind, or their answers, are lost, late or refused. */
async function someRequests({ simulation, kafka, random }: TroubleScene): Promise<number> {
  const side = random.pick(['onRequest', 'onResponse'] as const);
  const action =
    side === 'onRequest' && random.chance(0.3)
      ? ({ errorCode: random.pick(REFUSALS) } as const)
      : random.pick(['drop', 'cut', { delayMs: random.integer(10, 2_000) }] as const);
  const api = typeof action === 'object' && 'errorCode' in action ? 'EndTxn' : random.pick(APIS);
  const fault = kafka.faults[side](api, { times: random.integer(1, 3), action });
  await simulation.sleep(random.integer(50, 2_000));
  fault.heal();
  return fault.hits;
}

/** A partition, or the offsets of a group, do not answer for so long that their units are set apart. */
async function oneThingSilent({ simulation, kafka, random, plan }: TroubleScene): Promise<number> {
  const group = random.pick([undefined, ...plan.groups]);
  const { groupId } = group ?? {};
  const topic = random.pick(TOPICS);
  const partition = random.integer(0, PARTITIONS - 1);
  const fault =
    groupId === undefined
      ? kafka.faults.onRequest('Produce', { topic, partition, action: 'drop' })
      : kafka.faults.onRequest('TxnOffsetCommit', { groupId, action: 'drop' });
  await simulation.sleep(random.integer(1_000, 9_000));
  fault.heal();
  return fault.hits;
}

/** Verdicts, or the answers to them, are lost until the broker gives the transaction up, or the caller does. */
async function endTxnSilent({ simulation, kafka, random, plan }: TroubleScene): Promise<number> {
  const side = random.pick(['onRequest', 'onResponse'] as const);
  const action: FaultAction = random.pick(['drop', 'cut'] as const);
  const fault = kafka.faults[side]('EndTxn', { action });
  await simulation.sleep(random.integer(1_000, Math.min(15_000, plan.commitTimeoutMs * 3)));
  fault.heal();
  return fault.hits;
}

/** Batches arrive when their producer has given them up. */
async function lateRecords({ simulation, kafka, random }: TroubleScene): Promise<number> {
  const action = { delayMs: random.integer(1_500, 8_000), evenIfDisconnected: true };
  const fault = kafka.faults.onRequest('Produce', { times: random.integer(1, 6), action });
  await simulation.sleep(random.integer(1_000, 8_000));
  fault.remove();
  return fault.hits;
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
