import type { OrderBody } from './order-file.js';
import type { Progress } from './progress.js';

export interface PostedOrders {
  /** From the request to the answer, one per order that was taken, ascending. */
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
  /** Status and body of the answers that were not 201. */
  readonly refusals: readonly string[];
}

/** Posts all orders, at most `concurrency` at a time. */
export async function postOrders(
  url: string,
  orders: readonly OrderBody[],
  concurrency: number,
  progress: Progress,
): Promise<PostedOrders> {
  const latenciesMs: number[] = [];
  const refusals: string[] = [];
  const waiting = orders.values();
  const startedAt = performance.now();

  // All workers take from one iterator, so that each order is taken once.
  const worker = async (): Promise<void> => {
    for (const order of waiting) {
      const sentAt = performance.now();
      const refusal = await post(url, order);
      if (refusal === undefined) latenciesMs.push(performance.now() - sentAt);
      else refusals.push(refusal);
      progress.advance();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { latenciesMs: latenciesMs.toSorted((a, b) => a - b), elapsedMs: performance.now() - startedAt, refusals };
}

async function post(url: string, order: OrderBody): Promise<string | undefined> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  const body = await response.text();
  return response.status === 201 ? undefined : `${order.reference}: ${response.status} ${body}`;
}
