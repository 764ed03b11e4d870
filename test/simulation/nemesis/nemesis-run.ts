import { Simulation, type EmbeddedKafka } from 'embedded-kafka';

import { checkHistory, type HistoryToCheck, type ViolationKind } from '../../history/check-history.js';
import { DeliveryHistory } from '../../history/delivery-history.js';
import { describeViolations } from '../../history/describe-violations.js';
import type { LoggedRecord } from '../../history/sent-record.js';
import { SimulatedProducer } from '../support/simulated-producer.js';
import type { Scene } from './disturbance.js';
import { NemesisCallers } from './nemesis-callers.js';
import { nemesisPlan, type NemesisPlan } from './nemesis-plan.js';
import { makeTrouble } from './nemesis.js';
import { ProduceWatch } from './produce-watch.js';

const TOPIC = 'orders';
/** Beyond what the options promise: the time of a turn, and of a lost race with a timer. */
const GRACE_MS = 1_000;
const TRACE_LINES = 60;
/** What may be said of a topic that was deleted with all that was in it. */
const OF_RECREATED: ReadonlySet<ViolationKind> = new Set(['doubled', 'ghost', 'unsettled', 'settled late']);

/** What became of one seed. */
export interface NemesisRun {
  readonly plan: NemesisPlan;
  /** Empty when nothing was lost, doubled or reordered, and nothing is left behind. */
  readonly problems: readonly string[];
  readonly records: number;
  readonly acknowledged: number;
  /** Failed, and may have been written. */
  readonly possibly: number;
  /** By kind of trouble: how often the producer was met by it. */
  readonly hits: ReadonlyMap<string, number>;
  readonly virtualMs: number;
  readonly hash: string;
  readonly traceLines: readonly string[];
}

/** One seed: random settings, random ways of sending, random trouble; and what the callers were told, held against the log. */
export async function nemesisRun(seed: number, producerClass = SimulatedProducer): Promise<NemesisRun> {
  const plan = nemesisPlan(seed);
  const simulation = new Simulation({
    seed,
    latencyMs: plan.latencyMs,
    maxVirtualMs: 2_000_000,
    maxEvents: 400_000,
    maxTraceLines: TRACE_LINES,
  });
  const kafka = await simulation.startKafka({
    brokers: 3,
    replicaLagTimeMaxMs: 1_500,
    brokerSessionTimeoutMs: 1_000,
    topics: [{ name: TOPIC, partitions: plan.partitions, configs: { 'min.insync.replicas': plan.minInSync } }],
  });
  const producer = await producerClass.create(simulation, { brokers: kafka.bootstrap, producer: plan.producer });
  const { pipeline } = producer;
  const history = new DeliveryHistory(() => simulation.clock.now());
  const watch = new ProduceWatch(() => simulation.clock.now());
  watch.attach(producer.cluster);
  const callers = new NemesisCallers(simulation, pipeline, history, TOPIC, plan, simulation.random.fork());
  const scene = sceneOf({
    simulation,
    kafka,
    plan,
    watch,
    isQuiet: () => isQuiet(pipeline.stats()),
    holdCallers: () => callers.hold(),
  });
  let isOver = false;
  const run = async (): Promise<ReadonlyMap<string, number>> => {
    const read = plan.mix === 'recreation' ? undefined : readOn(simulation, kafka, history, () => isOver);
    const trouble = makeTrouble(scene);
    const offered = callers.offer();
    if (plan.closing.isEarly) {
      await simulation.sleep(simulation.random.integer(500, plan.troubleMs));
    } else {
      await offered;
      await callers.settled();
    }
    await producer.close(plan.closing.timeoutMs);
    await offered;
    await callers.settled();
    const hits = await trouble;
    isOver = true;
    await read;
    return hits;
  };
  const problems: string[] = [];
  let hits: ReadonlyMap<string, number> = new Map();
  try {
    hits = await simulation.run(run);
    // Whatever is still on its way arrives.
    await simulation.runFor(10_000);
  } catch (error) {
    problems.push(`the run broke: ${(error as Error).message}`);
  }
  const traceLines = [...simulation.trace.lines];
  const log = await recordsIn(kafka);
  await kafka.stop();
  await simulation.runFor(120_000).catch((error: Error) => problems.push(`it does not come to rest: ${error.message}`));
  problems.push(...callers.broken, ...leftovers(pipeline.stats(), simulation), ...violations(plan, history, log));
  problems.push(...impatient(plan, producer.failures));
  const outcomes = history.sent.map(({ outcome }) => outcome.kind);
  return {
    plan,
    problems,
    records: outcomes.length,
    acknowledged: outcomes.filter((kind) => kind === 'ok').length,
    possibly: outcomes.filter((kind) => kind === 'fail-possibly').length,
    hits,
    virtualMs: simulation.clock.now(),
    hash: simulation.trace.hash,
    traceLines,
  };
}

function sceneOf(of: Pick<Scene, 'simulation' | 'kafka' | 'plan' | 'watch' | 'isQuiet' | 'holdCallers'>): Scene {
  const { simulation, kafka, plan } = of;
  const random = simulation.random.fork();
  return {
    ...of,
    topic: TOPIC,
    random,
    randomBroker: () => random.pick(kafka.brokers),
    randomPartition: () => random.integer(0, plan.partitions - 1),
    randomConnection: () => {
      const open = simulation.network.connections.filter(({ clientName }) => clientName === 'producer');
      return open.length > 0 ? random.pick(open) : undefined;
    },
  };
}

/** Readers of both isolation levels, who look now and then. */
async function readOn(
  simulation: Simulation,
  kafka: EmbeddedKafka,
  history: DeliveryHistory,
  isOver: () => boolean,
): Promise<void> {
  const random = simulation.random.fork();
  while (!isOver()) {
    await simulation.sleep(random.integer(100, 1_500));
    const isolation = random.pick(['read_committed', 'read_uncommitted'] as const);
    for (const record of await simulation.outside(() => recordsIn(kafka, isolation))) {
      history.saw(TOPIC, isolation, record);
    }
  }
}

async function recordsIn(
  kafka: EmbeddedKafka,
  isolation?: 'read_committed' | 'read_uncommitted',
): Promise<LoggedRecord[]> {
  const records = await kafka.recordsIn(TOPIC, isolation && { isolation });
  return records.map(({ partition, offset, value }) => ({
    partition,
    offset: Number(offset),
    value: value?.toString().split(' ')[0] ?? '',
  }));
}

type Stats = ReturnType<SimulatedProducer['pipeline']['stats']>;

function isQuiet({ bufferedRecords, waitingRecords, inFlightRequests }: Stats): boolean {
  return bufferedRecords + waitingRecords + inFlightRequests === 0;
}

function leftovers(stats: Stats, simulation: Simulation): string[] {
  const { bufferedBytes, bufferedRecords, waitingRecords, inFlightRequests } = stats;
  const counts = {
    bufferedBytes,
    bufferedRecords,
    waitingRecords,
    inFlightRequests,
    pendingEvents: simulation.pendingEvents,
    openConnections: simulation.network.connections.length,
  };
  return Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [`left behind: ${name} ${count}`]));
}

/** Who has two minutes for seconds of trouble gets everything delivered, or told why not. */
function impatient({ producer, mix, closing }: NemesisPlan, failures: readonly Error[]): string[] {
  if (producer.deliveryTimeoutMs < 60_000 || mix === 'recreation' || closing.isEarly) return [];
  return failures.filter(({ name }) => name === 'DeliveryTimeoutError').map(({ message }) => `stuck: ${message}`);
}

function violations({ mix, producer }: NemesisPlan, history: DeliveryHistory, log: readonly LoggedRecord[]): string[] {
  const { sent, sightings } = history;
  const settleWithinMs = producer.maxBlockMs + producer.deliveryTimeoutMs + GRACE_MS;
  const toCheck: HistoryToCheck = { sent, sightings, logs: new Map([[TOPIC, log]]), settleWithinMs };
  const found = checkHistory(toCheck).filter(({ kind }) => mix !== 'recreation' || OF_RECREATED.has(kind));
  return found.length === 0 ? [] : [describeViolations(found, toCheck)];
}
