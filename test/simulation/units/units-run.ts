import { Simulation, type Random } from 'embedded-kafka';

import type { TransactionEngine } from '../../../libs/kafka-producer/src/transactions/transaction-engine.js';
import { SimulatedProducer } from '../support/simulated-producer.js';
import { simulatedEngine } from './simulated-engine.js';
import { PARTITIONS, TOPICS, type SimulatedUnit, type Told } from './simulated-unit.js';
import { makeTrouble } from './unit-troubles.js';
import { violations } from './unit-violations.js';

const COMMIT_TIMEOUT_MS = 30_000;
const UNIT_TIMEOUT_MS = 60_000;

export interface UnitsRun {
  readonly seed: number;
  /** Empty when no unit is torn, doubled, out of order or told wrong, and nothing is left behind. */
  readonly problems: readonly string[];
  readonly told: ReadonlyMap<Told, number>;
  /** How often trouble struck. */
  readonly hits: number;
}

/** One seed: callers with units of random records, and brokers, coordinators and connections in random trouble. */
export async function unitsRun(seed: number): Promise<UnitsRun> {
  const simulation = new Simulation({ seed, latencyMs: [1, 15], maxVirtualMs: 2_000_000, maxEvents: 600_000 });
  const { random } = simulation;
  const kafka = await simulation.startKafka({
    brokers: 3,
    transactionVersion: random.pick([1, 2]),
    replicaLagTimeMaxMs: 1_500,
    brokerSessionTimeoutMs: 1_000,
    topics: TOPICS.map((name) => ({ name, partitions: PARTITIONS, configs: { 'min.insync.replicas': 2 } })),
  });
  const producer = await SimulatedProducer.create(simulation, {
    brokers: kafka.bootstrap,
    producer: { requestTimeoutMs: 1_000, compressionType: random.pick(['none', 'gzip'] as const) },
  });
  const engine = simulatedEngine(simulation, producer, { commitTimeoutMs: COMMIT_TIMEOUT_MS });
  const units: SimulatedUnit[] = [];
  let hits = 0;
  const problems: string[] = [];
  const run = async (): Promise<void> => {
    let isOver = false;
    const trouble = makeTrouble(simulation, kafka, random.fork(), () => isOver);
    const callers = Array.from({ length: random.integer(2, 8) }, (_, caller) =>
      call(simulation, engine, random.fork(), caller, units),
    );
    await Promise.all(callers);
    isOver = true;
    hits = await trouble;
    const after = newUnit(units, callers.length, 0);
    await runUnit(simulation, engine, after, random.fork(), true);
    if (after.told !== 'committed') problems.push(`the unit after all was healed is ${after.told}`);
    await engine.close(10_000);
    await producer.close();
  };
  try {
    await simulation.run(run);
    await simulation.runFor(60_000);
  } catch (error) {
    problems.push(`the run broke: ${(error as Error).message}`);
  }
  problems.push(...(await violations(kafka, units)));
  const { openUnits, waitingUnits, stagedBytes } = engine.stats();
  if (openUnits + waitingUnits + stagedBytes > 0) problems.push(`left: ${JSON.stringify(engine.stats())}`);
  await kafka.stop();
  await simulation.runFor(400_000).catch((error: Error) => problems.push(`it does not come to rest: ${error.message}`));
  const told = new Map<Told, number>();
  for (const unit of units) if (unit.told !== undefined) told.set(unit.told, (told.get(unit.told) ?? 0) + 1);
  return { seed, problems, told, hits };
}

function newUnit(units: SimulatedUnit[], caller: number, index: number): SimulatedUnit {
  const unit: SimulatedUnit = { name: `c${caller}-${index}`, caller, index, records: [], told: undefined };
  units.push(unit);
  return unit;
}

async function call(
  simulation: Simulation,
  engine: TransactionEngine,
  random: Random,
  caller: number,
  units: SimulatedUnit[],
): Promise<void> {
  const count = random.integer(3, 12);
  for (let index = 0; index < count; index++) {
    await runUnit(simulation, engine, newUnit(units, caller, index), random, false);
    await simulation.sleep(random.next() ** 3 * 800);
  }
}

async function runUnit(
  simulation: Simulation,
  engine: TransactionEngine,
  unit: SimulatedUnit,
  random: Random,
  isSound: boolean,
): Promise<void> {
  const send = async (kept: string[]): Promise<void> => {
    const topic = random.pick(TOPICS);
    const partition = random.integer(0, PARTITIONS - 1);
    kept.push(`${topic}[${partition}]`);
    const value = `${unit.name} ${'x'.repeat(random.integer(0, 200))}`;
    await engine.transactions.current()?.send({ topic, partition, value });
  };
  const work = async (): Promise<void> => {
    for (let left = random.integer(1, 6); left > 0; left--) {
      await send(unit.records);
      if (!isSound && random.chance(0.1)) {
        const lost = engine.transactions.current()?.savepoint(async () => {
          await send([]);
          throw new Error('of the savepoint');
        });
        await lost?.catch(() => {});
      }
      if (random.chance(0.2)) await simulation.sleep(random.integer(1, 100));
    }
    if (!isSound && random.chance(0.1)) throw new Error('of the work');
  };
  try {
    await engine.transactions.run(work, { timeoutMs: UNIT_TIMEOUT_MS });
    unit.told = 'committed';
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (message === 'of the work') unit.told = 'failed';
    else if (code === 'KAFKA_PRODUCER_TRANSACTION_OUTCOME_UNKNOWN') unit.told = 'unknown';
    else if (code === 'KAFKA_PRODUCER_TRANSACTION_ABORTED') unit.told = 'aborted';
    else throw error;
  }
}
