import { Logger } from '@nestjs/common';

import { DEFAULT_PRODUCER } from '../kafka-producer.tokens.js';
import { publish } from '../observability/channels.js';

/** Where failures go that no subscriber of an emit hears of: to the log and to the diagnostics channel. */
export class UnheardFailures {
  readonly #producer: string;
  readonly #logger: Logger;
  /** Records of one batch fail with the same error: one line for all of them. */
  readonly #logged = new WeakSet<Error>();

  constructor(producer: string) {
    this.#producer = producer;
    this.#logger = new Logger(producer === DEFAULT_PRODUCER ? 'KafkaProducer' : `KafkaProducer:${producer}`);
  }

  report(call: 'emit' | 'emitBatch', topic: string, recordCount: number, reason: unknown): void {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    if (!this.#logged.has(error)) {
      this.#logged.add(error);
      this.#logger.error(`${call}() to topic '${topic}' failed and nobody had subscribed: ${error.message}`);
    }
    publish('nestjs-kafka-producer:emit-failed', { producer: this.#producer, topic, recordCount, error });
  }
}
