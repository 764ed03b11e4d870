import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EmbeddedKafka, type Random } from 'embedded-kafka';

import {
  checkPipeline,
  describePipeline,
  uncommittedInputs,
  type PipelineViolationKind,
} from '../../history/check-pipeline.js';
import type { HeardKafka } from './heard-kafka.js';
import { troubledFeed } from './pipeline-feed.js';
import type { PipelineNotes } from './pipeline-notes.js';
import type { PipelineTrouble } from './pipeline-troubles.js';
import { PipelineWatch } from './pipeline-watch.js';
import { PipelineWorker, type PipelineTransport, type PipelineWorkerOptions } from './pipeline-worker.js';

export const SOURCE_PARTITIONS = 6;
/** Not as many as of the source: a unit writes where units of other workers do. */
const SINK_PARTITIONS = 4;
const WORKERS = 3;
const LOOKS_EVERY_MS = 250;
/** Of a handler that a suite of this many records can afford. */
const MAX_WORK_MS = 3;

export interface PipelinePlan {
  readonly name: string;
  readonly transport: PipelineTransport;
  readonly records: number;
  readonly troubles: readonly PipelineTrouble[];
  readonly sessionMs: number;
  readonly maxMessagesPerUnit: number;
}

export interface PipelineRun {
  readonly text: string;
  readonly kinds: readonly PipelineViolationKind[];
  /** Of workers that ended by themselves, or badly, and of what did not come to pass in time. */
  readonly problems: readonly string[];
  /** How much was felt of each trouble, by its name; the least when it came more than once. */
  readonly felt: ReadonlyMap<string, number>;
  /** Of all workers together. */
  readonly notes: PipelineNotes;
  /** What workers were answered, where it can be heard. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly judgedLooks: number;
  readonly advances: number;
  readonly outputs: number;
  readonly deadLetters: number;
}

/** Processes that consume a topic and make another of it, while trouble after trouble comes over them and their brokers. */
export async function pipelineRun(kafka: HeardKafka, random: Random, plan: PipelinePlan): Promise<PipelineRun> {
  const { name, transport, sessionMs } = plan;
  const topics = { source: `${name}-in`, sink: `${name}-out`, deadLetterTopic: `${name}-dead` };
  await kafka.createTopic(topics.source, SOURCE_PARTITIONS);
  await kafka.createTopic(topics.sink, SINK_PARTITIONS);
  await kafka.createTopic(topics.deadLetterTopic, 1);
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-'));
  const problems: string[] = [];
  const options: PipelineWorkerOptions = {
    ...topics,
    transport,
    groupId: name,
    failureRate: 0.005,
    maxWorkMs: MAX_WORK_MS,
    maxMessagesPerUnit: plan.maxMessagesPerUnit,
    maxAttempts: 4,
    concurrency: SOURCE_PARTITIONS,
    // Whoever waits for records hears of nothing else meanwhile.
    session: { sessionTimeout: sessionMs, heartbeatInterval: 200, maxWaitTimeInMs: 300 },
    // Longer than a freeze takes: then a transaction that was frozen is still open.
    transactions: { transactionTimeoutMs: sessionMs + 4_000 },
  };
  // Nest has its own end for the names of groups and clients.
  const groupId = transport === 'strategy' || transport === 'plain' ? `${name}-server` : name;
  const all = Array.from(
    { length: WORKERS + 1 },
    (_, index) => new PipelineWorker(`${name}-${index}`, folder, kafka.forClients, options, problems),
  );
  const [spare, ...workers] = all as [PipelineWorker, ...PipelineWorker[]];
  const watch = new PipelineWatch(kafka.bootstrap, groupId, topics, SOURCE_PARTITIONS);
  const isOver = new AbortController();
  const watching = watch.run(isOver.signal, LOOKS_EVERY_MS);
  const felt = new Map<string, number>();
  try {
    await Promise.all(workers.map((worker) => worker.start(random.integer(1, 2 ** 30))));
    const scene = { kafka, groupId, topics, workers, spare, sessionMs, random: random.fork() };
    await troubledFeed(scene, plan, watch, felt);
    for (const worker of workers) await worker.leave();
  } catch (error) {
    // What is wrong with the topics by then says why.
    problems.push(String(error));
  } finally {
    isOver.abort();
    await watching;
    for (const worker of all) await worker.kill();
  }
  const committed = await watch.last().catch((error: unknown) => void problems.push(String(error)));
  const notes = all.map((worker) => worker.notes).reduce(sumOf);
  await rm(folder, { recursive: true, force: true });
  const { logs } = watch;
  const behind = committed === undefined ? [] : uncommittedInputs(logs.inputs, committed);
  const violations = [...watch.skipped, ...checkPipeline(logs), ...behind];
  return {
    text: describePipeline(violations),
    kinds: [...new Set(violations.map(({ kind }) => kind))],
    problems,
    felt,
    notes,
    refusals: kafka.cluster instanceof EmbeddedKafka ? {} : Object.fromEntries(kafka.cluster.strikes.refusals),
    judgedLooks: watch.judged,
    advances: watch.advances,
    outputs: logs.outputs.length,
    deadLetters: logs.deadLetters.length,
  };
}

function sumOf(one: PipelineNotes, other: PipelineNotes): PipelineNotes {
  const sum = (name: keyof PipelineNotes): number => one[name] + other[name];
  return {
    joins: sum('joins'),
    committed: sum('committed'),
    aborted: sum('aborted'),
    fenced: sum('fenced'),
    failed: sum('failed'),
    open: sum('open'),
  };
}
