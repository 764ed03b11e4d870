import { DemoFailure } from './demo-failure.js';
import type { OrderBody } from './order-file.js';
import { postOrders, together, type PostedOrders } from './post-orders.js';
import { startProgress } from './progress.js';
import type { Run } from './run.js';
import type { Stage } from './stage.js';
import type { TopicReader } from './topic-reader.js';
import type { WorkerProcess } from './worker-process.js';

export const CONCURRENCY = 16;
/** The worker is killed after so many answers, when it has more to do. */
const ANSWERS_BEFORE_KILL = 100;
/** So many orders are placed before that; the others while there is no worker. */
const ORDERS_BEFORE_KILL = 200;
/** Reached only when something is wrong. */
const PATIENCE_MS = 30_000;

/** Posts all orders, and kills the worker in the middle. */
export async function postAndKill(
  { url, signal }: Stage,
  orders: readonly OrderBody[],
  { run, reader, worker }: { readonly run: Run; readonly reader: TopicReader; readonly worker: WorkerProcess },
): Promise<PostedOrders> {
  const progress = startProgress('Posting orders', orders.length);
  const killed = killInTheMiddle(run, reader, worker);
  killed.catch(() => undefined); // awaited below, unless the orders are refused
  const post = async (some: readonly OrderBody[]): Promise<PostedOrders> => {
    const posting = { concurrency: CONCURRENCY, progress, signal, correlationIdOf: run.correlationIdOf.bind(run) };
    const posted = await postOrders(`${url}/orders`, some, posting);
    const [refusal] = posted.refusals;
    if (refusal === undefined) return posted;
    throw new DemoFailure(
      `${posted.refusals.length} of ${some.length} orders were not taken, the first one: ${refusal}`,
    );
  };
  let answered: number;
  let parts: PostedOrders[];
  try {
    const before = await post(orders.slice(0, ORDERS_BEFORE_KILL));
    answered = await killed;
    parts = [before, await post(orders.slice(ORDERS_BEFORE_KILL))];
  } finally {
    progress.end();
  }
  console.log(
    `\nThe worker was killed with SIGKILL when ${answered} orders were answered. The service took the others all the same.`,
  );
  return together(parts);
}

/** @returns how many orders had been answered */
async function killInTheMiddle(run: Run, reader: TopicReader, worker: WorkerProcess): Promise<number> {
  const hasBegun = await reader.until(() => run.answered >= ANSWERS_BEFORE_KILL, PATIENCE_MS);
  if (!hasBegun)
    throw new DemoFailure(`The worker has answered only ${run.answered} orders within ${PATIENCE_MS / 1_000} s.`);
  await worker.kill();
  return run.answered;
}
