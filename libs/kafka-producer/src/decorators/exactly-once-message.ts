import type { ExecutionContext } from '@nestjs/common';
import type { Observable } from 'rxjs';

import type { KafkaProducerService } from '../kafka-producer.service.js';

/** Where a fetched message says who handles it exactly once. Enumerable, because Nest's parser copies the message. */
export const EXACTLY_ONCE: unique symbol = Symbol.for('nestjs-kafka-producer/exactly-once');

/** What `@ExactlyOnce()` on a handler says. */
export interface ExactlyOnceOptions {
  /**
   * Name of the module whose producer the unit belongs to.
   *
   * @defaultValue 'default'
   */
  readonly producer?: string | undefined;
  /**
   * How long the handler may take until its unit is committed. Heartbeats are sent meanwhile, as long as the handler does not block the event loop.
   *
   * Unit: milliseconds.
   *
   * @defaultValue `transactions.timeoutMs`
   */
  readonly timeoutMs?: number | undefined;
}

/** One run of a handler, as its interceptor sees it. */
export interface HandlerRun {
  readonly context: ExecutionContext;
  readonly producer: KafkaProducerService;
  readonly timeoutMs: number | undefined;
  /** Runs the handler once per subscription. */
  readonly handler: () => Observable<unknown>;
}

/** Who handles a message exactly once: a transport that was made by `exactlyOnce()`, or the strategy, whose unit is open already. */
export interface ExactlyOnceDelivery {
  /** What the interceptor returns. */
  handle(run: HandlerRun): Observable<unknown>;
}

/** @returns `undefined` for whatever did not come from such a consumer */
export function deliveryOf(context: ExecutionContext): ExactlyOnceDelivery | undefined {
  if (context.getType<string>() !== 'rpc') return undefined;
  const kafka = context.switchToRpc().getContext<{ getMessage?: () => unknown } | undefined>();
  if (typeof kafka?.getMessage !== 'function') return undefined;
  const message = kafka.getMessage() as { readonly [EXACTLY_ONCE]?: ExactlyOnceDelivery } | undefined;
  return message?.[EXACTLY_ONCE];
}
