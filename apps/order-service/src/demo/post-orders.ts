import type { OrderBody } from './order-file.js';
import type { Progress } from './progress.js';

export interface PostedOrders {
  /** From the request to the answer, one per order that was taken, ascending. */
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
  /** Status and body of the answers that were not 201. */
  readonly refusals: readonly string[];
}

export interface Posting {
  /** Orders on their way at a time. */
  readonly concurrency: number;
  readonly progress: Progress;
  /** No more orders when it is aborted, and no waiting for answers. */
  readonly signal: AbortSignal;
  /** Makes the id by which an order is known wherever it goes. */
  readonly correlationIdOf: (order: OrderBody) => string;
}

/** Posts all orders. */
export async function postOrders(url: string, orders: readonly OrderBody[], posting: Posting): Promise<PostedOrders> {
  const latenciesMs: number[] = [];
  const refusals: string[] = [];
  const waiting = orders.values();
  const startedAt = performance.now();

  // All of them take from one iterator, so that each order is taken once.
  const client = async (): Promise<void> => {
    for (const order of waiting) {
      const sentAt = performance.now();
      const refusal = await post(url, order, posting);
      if (refusal === undefined) latenciesMs.push(performance.now() - sentAt);
      else refusals.push(refusal);
      posting.progress.advance();
    }
  };
  await Promise.all(Array.from({ length: posting.concurrency }, client));
  return { latenciesMs: latenciesMs.toSorted((a, b) => a - b), elapsedMs: performance.now() - startedAt, refusals };
}

export function together(parts: readonly PostedOrders[]): PostedOrders {
  return {
    latenciesMs: parts.flatMap(({ latenciesMs }) => latenciesMs).toSorted((a, b) => a - b),
    elapsedMs: parts.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0),
    refusals: parts.flatMap(({ refusals }) => refusals),
  };
}

async function post(url: string, order: OrderBody, { signal, correlationIdOf }: Posting): Promise<string | undefined> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-correlation-id': correlationIdOf(order) },
    body: JSON.stringify(order),
    signal,
  });
  const body = await response.text();
  return response.status === 201 ? undefined : `${order.reference}: ${response.status} ${body}`;
}
