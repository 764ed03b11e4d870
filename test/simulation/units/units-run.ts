import { Simulation, type EmbeddedKafka } from 'embedded-kafka';

import { SimulatedProducer } from '../support/simulated-producer.js';
import { simulatedUnits } from '../support/simulated-units.js';
import { GroupClient } from './group-client.js';
import { chainViolations, offsetViolations } from './offset-violations.js';
import { OffsetWatch } from './offset-watch.js';
import { SimulatedConsumer } from './simulated-consumer.js';
import { INPUT, MAX_STOCK_BYTES, PARTITIONS, SimulatedUnits, TOPICS, type SimulatedUnit } from './simulated-unit.js';
import { call, crowd } from './unit-callers.js';
import { UnitLog } from './unit-log.js';
import { makeTrouble } from './unit-troubles.js';
import { orderViolations, tellingViolations, type SetApart } from './unit-violations.js';
import { runUnit, type UnitScene } from './unit-work.js';
import { unitsPlan, type UnitsPlan } from './units-plan.js';

/** How a mutant is put in the place of the library. */
export interface UnitsLibrary {
  readonly SimulatedProducer: typeof SimulatedProducer;
  readonly simulatedUnits: typeof simulatedUnits;
}

export interface UnitsRun {
  readonly plan: UnitsPlan;
  /** Empty when no unit is torn, doubled, out of order or told wrong, no message skipped or consumed twice, and nothing is left behind. */
  readonly problems: readonly string[];
  readonly units: readonly SimulatedUnit[];
  /** How often trouble struck. */
  readonly hits: number;
  /** How often somebody looked at the offsets of a group. */
  readonly looks: number;
  readonly hash: string;
}

/** What nobody ends the brokers abort; that of a unit that streams may be open for its `timeoutMs` and `commitTimeoutMs`. */
const UNTIL_BROKERS_GAVE_UP_MS = 120_000;

const CONFIGS: Readonly<Record<(typeof TOPICS)[number], Record<string, string | number>>> = {
  orders: {},
  stock: { 'max.message.bytes': MAX_STOCK_BYTES },
  ledger: { 'cleanup.policy': 'compact' },
};

/** One seed: callers and consumers with units of random records and offsets, and brokers, coordinators and connections in random trouble. */
export async function unitsRun(
  seed: number,
  library: UnitsLibrary = { SimulatedProducer, simulatedUnits },
): Promise<UnitsRun> {
  const plan = unitsPlan(seed);
  const simulation = new Simulation({ seed, latencyMs: [1, 15], maxVirtualMs: 2_000_000, maxEvents: 900_000 });
  const kafka = await startKafka(simulation, plan);
  const producer = await library.SimulatedProducer.create(simulation, {
    brokers: kafka.bootstrap,
    producer: { requestTimeoutMs: 1_000, compressionType: plan.compressionType },
  });
  const problems: string[] = [];
  const apart: SetApart[] = [];
  const late = new Map<unknown, string>();
  const { commitTimeoutMs, transactionTimeoutMs } = plan;
  const engine = library.simulatedUnits(
    simulation,
    producer,
    { commitTimeoutMs, transactionTimeoutMs },
    {
      setApart: (keys) => void apart.push({ keys, atMs: simulation.clock.now() }),
      settledLate: (outcome, error) => void late.set(error, outcome),
      fenced: (error) => void problems.push(`fenced, and there is nobody else: ${error.message}`),
    },
  );
  const units = new SimulatedUnits();
  const scene: UnitScene = { simulation, engine, units, problems };
  const watches = plan.groups.map((group) => new OffsetWatch(simulation, kafka, group));
  let hits = 0;
  const run = async (): Promise<void> => {
    hits = await troubledUnits(scene, kafka, plan, watches);
    await engine.close(10_000);
    for (const watch of watches) {
      await watch.look();
      watch.close();
    }
    await producer.close();
  };
  try {
    await simulation.run(run);
    await simulation.runFor(UNTIL_BROKERS_GAVE_UP_MS);
  } catch (error) {
    problems.push(`the run broke: ${(error as Error).message}`);
  }
  const log = await UnitLog.read(kafka);
  const seen = watches.flatMap((watch) => watch.seen);
  problems.push(...tellingViolations(units.all, log, late), ...orderViolations(units.all, log, apart));
  problems.push(...offsetViolations(units.all, log, late, seen), ...chainViolations(units.all));
  const { openUnits, waitingUnits, stagedBytes } = engine.stats();
  if (openUnits + waitingUnits + stagedBytes > 0) problems.push(`left: ${JSON.stringify(engine.stats())}`);
  await kafka.stop();
  await simulation.runFor(400_000).catch((error: Error) => problems.push(`it does not come to rest: ${error.message}`));
  return { plan, problems, units: units.all, hits, looks: seen.length, hash: simulation.trace.hash };
}

function startKafka(simulation: Simulation, { transactionVersion }: UnitsPlan): Promise<EmbeddedKafka> {
  const configs = { 'min.insync.replicas': 2 };
  return simulation.startKafka({
    brokers: 3,
    transactionVersion,
    transactionAbortIntervalMs: 1_000,
    replicaLagTimeMaxMs: 1_500,
    brokerSessionTimeoutMs: 1_000,
    topics: [
      ...TOPICS.map((name) => ({ name, partitions: PARTITIONS, configs: { ...configs, ...CONFIGS[name] } })),
      { name: INPUT, partitions: PARTITIONS },
    ],
  });
}

/** @returns how often trouble struck */
async function troubledUnits(
  scene: UnitScene,
  kafka: EmbeddedKafka,
  plan: UnitsPlan,
  watches: readonly OffsetWatch[],
): Promise<number> {
  const { simulation, units, problems } = scene;
  const { random } = simulation;
  let isOver = false;
  const trouble = makeTrouble({ simulation, kafka, random: random.fork(), plan }, () => isOver);
  const watching = watches.map((watch) => watch.run(random.fork(), () => isOver));
  const clients = plan.groups.map(({ groupId }) => new GroupClient(simulation, kafka, `of-${groupId}`, groupId));
  const consumers = plan.groups.map(
    (group, index) => new SimulatedConsumer(scene, clients[index]!, group, random.fork()),
  );
  const callers = Array.from({ length: plan.callers }, (_, index) => call(scene, random.fork(), `caller${index}`));
  const crowds = Array.from({ length: plan.crowds }, (_, index) => crowd(scene, random.fork(), `crowd${index}`));
  await Promise.all([...callers, ...crowds, ...consumers.map((consumer) => consumer.run())]);
  isOver = true;
  const hits = await trouble;
  await Promise.all(watching);
  const last = units.add('after');
  await runUnit(scene, last, random.fork(), { isSound: true });
  const after = [last, ...(await Promise.all(consumers.map((consumer) => consumer.after())))];
  for (const { name, told, error } of after)
    if (told !== 'committed') problems.push(`${name}, after all was healed, is ${told}: ${String(error)}`);
  for (const client of clients) client.close();
  return hits;
}
