import { catchError, throwError } from 'rxjs';

import type { KafkaMessage } from '../../cluster/kafkajs/consumer-batch.js';
import { EXACTLY_ONCE, type ExactlyOnceDelivery } from '../../decorators/exactly-once-message.js';

/**
 * What a handler with `@ExactlyOnce()` has thrown.
 *
 * Under the strategy the decorator opens no unit, for there is one already. It is close enough to the handler to see the error itself: Nest's filters make of all
 * but an `RpcException` an 'Internal server error', in which the fault of a broker cannot be told from that of the message.
 */
export class ThrownError implements ExactlyOnceDelivery {
  #error: unknown;

  constructor(message: KafkaMessage) {
    (message as { [EXACTLY_ONCE]?: ExactlyOnceDelivery })[EXACTLY_ONCE] = this;
  }

  handle({ handler }: Parameters<ExactlyOnceDelivery['handle']>[0]): ReturnType<ExactlyOnceDelivery['handle']> {
    return handler().pipe(
      catchError((error: unknown) => {
        this.#error = error;
        return throwError(() => error);
      }),
    );
  }

  /** @param error what came through Nest's filters */
  instead(error: unknown): unknown {
    return this.#error ?? error;
  }
}
