import { setTimeout } from 'node:timers/promises';
import { orderPlaced, orderRejected } from '../orders/order-topics.js';
import { DEFAULT_GROUP, SESSION_TIMEOUT_MS } from '../worker/worker-config.js';
import { countAnswers, isCaughtUp, whatIsWrong } from './answers.js';
import { DemoFailure } from './demo-failure.js';
import { SHOWN_TOPICS } from './kafka-for-demo.js';
import type { OrderBody } from './order-file.js';
import { CONCURRENCY, postAndKill } from './post-and-kill.js';
import { startProgress } from './progress.js';
import { report, sample, verdict } from './report.js';
import { Run } from './run.js';
import type { Stage } from './stage.js';
import { unlessAborted } from './stopped.js';
import { committedOffsets, endOffsets } from './topic-offsets.js';
import { TopicReader } from './topic-reader.js';

/** Reached only when something is wrong. */
const PATIENCE_MS = 60_000;
const POLL_MS = 100;

/**
 * Places the orders, kills the worker in the middle, starts another one, and counts what lies in the topics.
 *
 * @throws DemoFailure when not every order was answered exactly once
 */
export async function showPipeline(stage: Stage, orders: readonly OrderBody[]): Promise<void> {
  const { kafka, signal } = stage;
  const run = new Run();
  const from = await endOffsets(kafka.client, SHOWN_TOPICS);
  const reader = await TopicReader.start(kafka.client, from, (record) => run.see(record));
  try {
    const worker = stage.startWorker();
    await unlessAborted(signal, worker.ready);
    console.log(`The worker is process ${worker.pid}.\n`);

    const posted = await unlessAborted(signal, postAndKill(stage, orders, { run, reader, worker }));
    await replaceWorker(stage);
    await untilAnswered(stage, orders, run, reader);
    await untilAllIsRead(stage, run, reader);

    const records = reader.records.filter((record) => run.owns(record));
    console.log(`\nWhat a kafkajs consumer with read_committed found in the topics:\n`);
    console.log(report(posted, CONCURRENCY, records, stage.transactions()));
    const example = records.find(({ topic }) => topic === orderRejected.topic);
    if (example !== undefined) console.log(`\nOne of the answers:\n\n${sample(example)}`);

    const answers = countAnswers(orders, records);
    const problems = whatIsWrong(answers);
    if (problems !== undefined) throw new DemoFailure(`Not every order was answered exactly once.\n${problems}`);
    console.log(`\n${verdict(answers)}`);
  } finally {
    await reader.close();
  }
}

async function replaceWorker(stage: Stage): Promise<void> {
  const seconds = SESSION_TIMEOUT_MS / 1_000;
  console.log(`Another one starts. Kafka waits ${seconds} s for the dead one before it gives its partitions away.`);
  const worker = stage.startWorker();
  await unlessAborted(stage.signal, worker.ready);
  console.log(`Process ${worker.pid} has them now.\n`);
}

async function untilAnswered(
  { signal }: Stage,
  orders: readonly OrderBody[],
  run: Run,
  reader: TopicReader,
): Promise<void> {
  const progress = startProgress('Answering orders', orders.length, run.answered);
  run.onAnswer = () => progress.advance();
  try {
    // When that takes too long, the count says which are missing.
    await unlessAborted(
      signal,
      reader.until(() => run.answered >= orders.length, PATIENCE_MS),
    );
  } finally {
    progress.end();
  }
}

/** Until the worker has nothing left to answer, and everything it has written is read: an answer too many would be there by now. */
async function untilAllIsRead({ kafka: { client }, signal }: Stage, run: Run, reader: TopicReader): Promise<void> {
  const seconds = PATIENCE_MS / 1_000;
  const deadline = Date.now() + PATIENCE_MS;
  const isPlaced = ({ topic }: { readonly topic: string }): boolean => topic === orderPlaced.topic;
  const placed = reader.records.filter((record) => isPlaced(record) && run.owns(record));
  while (!isCaughtUp(await committedOffsets(client, DEFAULT_GROUP, orderPlaced.topic), placed)) {
    if (Date.now() > deadline)
      throw new DemoFailure(`The worker has not committed the offsets of all orders within ${seconds} s.`);
    await setTimeout(POLL_MS, undefined, { signal });
  }
  const ends = await endOffsets(client, SHOWN_TOPICS);
  if (
    !(await unlessAborted(
      signal,
      reader.until(() => reader.hasReadUpTo(ends), PATIENCE_MS),
    ))
  )
    throw new DemoFailure(`The topics could not be read to their end within ${seconds} s.`);
}
