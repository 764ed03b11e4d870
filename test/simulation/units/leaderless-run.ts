import { Simulation, type EmbeddedKafka } from 'embedded-kafka';

import type { TransactionEngine } from '../../../libs/kafka-producer/src/transactions/transaction-engine.js';
import { unitViolations, type CheckedUnit, type UnitTold } from '../../history/check-units.js';
import { partOf, unitValue, wholeUnit } from '../../history/unit-record.js';
import { SimulatedProducer } from '../support/simulated-producer.js';
import { simulatedUnits } from '../support/simulated-units.js';

const COMMIT_TIMEOUT_MS = 120_000;
const CALLERS = 6;
const PAUSE_MS = 200;
const NORMAL_MS = 15_000;
/** Of the callers, those whose units touch the sick topic too. */
const SICK_CALLERS = 2;
const BROKERS = 4;
const COORDINATOR = 1;
/** Of both rings of the committer. */
const TRANSACTIONAL_IDS = 5;

export interface LeaderlessRun {
  /** Durations of units of healthy topics, in virtual milliseconds: before, and while the sick topic had no leader. */
  readonly normalMs: readonly number[];
  readonly meanwhileMs: readonly number[];
  /** Durations of the units that touch the sick topic and were begun while it had no leader. */
  readonly sickMs: readonly number[];
  readonly setApart: number;
  readonly problems: readonly string[];
}

interface Timed extends CheckedUnit {
  readonly isSick: boolean;
  readonly startedMs: number;
  readonly tookMs: number;
}

/** Callers with units of healthy topics, and some with units that touch one topic too that has no leader for a while. */
export async function leaderlessRun(seed: number, leaderlessMs: number): Promise<LeaderlessRun> {
  const simulation = new Simulation({ seed, latencyMs: [1, 8], maxVirtualMs: 2_000_000, maxEvents: 5_000_000 });
  const kafka = await simulation.startKafka({
    brokers: BROKERS,
    brokerSessionTimeoutMs: 200,
    replicaLagTimeMaxMs: 200,
  });
  const producer = await SimulatedProducer.create(simulation, {
    brokers: kafka.bootstrap,
    producer: { requestTimeoutMs: 1_000 },
  });
  const engine = simulatedUnits(simulation, producer, { commitTimeoutMs: COMMIT_TIMEOUT_MS });
  const topics = placeTopics(kafka);
  const units: Timed[] = [];
  let [lostAtMs, foundAtMs, setApart] = [0, 0, 0];
  await simulation.run(async () => {
    let isOver = false;
    const callers = Array.from({ length: CALLERS }, async (_, caller) => {
      for (let index = 0; !isOver; index++) {
        const isSick = caller < SICK_CALLERS;
        const touched = isSick ? [topics.sick, ...topics.healthy] : topics.healthy;
        units.push({ ...(await timedUnit(simulation, engine, `${caller}-${index}`, touched)), isSick });
        await simulation.sleep(simulation.random.integer(1, PAUSE_MS));
      }
    });
    await simulation.sleep(NORMAL_MS);
    lostAtMs = simulation.clock.now();
    await topics.home.stop();
    await simulation.sleep(leaderlessMs);
    setApart = engine.stats().quarantinedUnits;
    foundAtMs = simulation.clock.now();
    await topics.home.start();
    await simulation.sleep(NORMAL_MS);
    isOver = true;
    await Promise.all(callers);
    await engine.close(10_000);
    await producer.close();
  });
  await simulation.runFor(20_000);
  const seen = ['sick', 'healthy'].map((topic) => kafka.recordsIn(topic, { isolation: 'read_committed' }));
  const parts = (await Promise.all(seen)).flat().map(({ value }) => partOf(String(value)));
  await kafka.stop();
  const tookMs = (isIt: (unit: Timed) => boolean): number[] => units.filter(isIt).map((unit) => unit.tookMs);
  const isMeanwhile = ({ startedMs }: Timed): boolean => startedMs >= lostAtMs && startedMs < foundAtMs;
  return {
    normalMs: tookMs((unit) => !unit.isSick && unit.startedMs < lostAtMs),
    meanwhileMs: tookMs((unit) => !unit.isSick && isMeanwhile(unit)),
    sickMs: tookMs((unit) => unit.isSick && isMeanwhile(unit)),
    setApart,
    problems: [
      ...unitViolations(units, parts),
      ...units.filter(({ told }) => told !== 'committed').map(({ name, told }) => `${name} is ${told}`),
    ],
  };
}

/** What is sick lies alone on a broker, that leads nothing else and decides about no transaction. */
function placeTopics(kafka: EmbeddedKafka) {
  kafka.createTopic({ name: 'sick', partitions: BROKERS, replicationFactor: 1 });
  kafka.createTopic({ name: 'healthy', partitions: BROKERS - 1, replicationFactor: 1 });
  const sick = { topic: 'sick', partition: BROKERS - 1 };
  const healthy = Array.from({ length: BROKERS - 1 }, (_, partition) => ({ topic: 'healthy', partition }));
  const home = kafka.leaderOf(sick.topic, sick.partition);
  if (healthy.some(({ topic, partition }) => kafka.leaderOf(topic, partition) === home)) throw new Error('not alone');
  for (let slot = 0; slot < TRANSACTIONAL_IDS; slot++) {
    const id = `units-simulated-${slot}`;
    if (kafka.coordinatorOf('transaction', id) === home) kafka.moveCoordinator('transaction', id, COORDINATOR);
  }
  return { home: kafka.broker(home), sick, healthy };
}

async function timedUnit(
  simulation: Simulation,
  engine: TransactionEngine,
  name: string,
  places: readonly { readonly topic: string; readonly partition: number }[],
): Promise<Omit<Timed, 'isSick'>> {
  const startedMs = simulation.clock.now();
  const size = places.length;
  let told: UnitTold = 'committed';
  try {
    await engine.transactions.run(
      async (tx) => {
        for (const [index, place] of places.entries()) {
          await tx.send({ ...place, value: unitValue(name, index + 1, size) });
        }
      },
      { timeoutMs: COMMIT_TIMEOUT_MS },
    );
  } catch (error) {
    const { code } = error as { code?: string };
    told = code === 'KAFKA_PRODUCER_TRANSACTION_OUTCOME_UNKNOWN' ? 'unknown' : 'aborted';
  }
  return { name, told, parts: wholeUnit(size), startedMs, tookMs: simulation.clock.now() - startedMs };
}
