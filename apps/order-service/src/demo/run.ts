import { randomUUID } from 'node:crypto';
import { isAnswer } from './answers.js';
import type { OrderBody } from './order-file.js';
import type { ReadRecord } from './topic-reader.js';

/** The orders of one run of the demo. They have correlation ids of their own, because on a cluster of yours there may be others. */
export class Run {
  readonly #id = `demo-${randomUUID().slice(0, 8)}`;
  readonly #answered = new Set<string>();
  /** Told of the first answer to each order. */
  onAnswer: () => void = () => undefined;

  correlationIdOf({ reference }: Pick<OrderBody, 'reference'>): string {
    return `${this.#id}-${reference}`;
  }

  owns({ headers }: Pick<ReadRecord, 'headers'>): boolean {
    return headers['x-correlation-id']?.startsWith(`${this.#id}-`) ?? false;
  }

  see(record: ReadRecord): void {
    if (!isAnswer(record) || !this.owns(record) || this.#answered.has(record.key)) return;
    this.#answered.add(record.key);
    this.onAnswer();
  }

  /** Orders with at least one answer. */
  get answered(): number {
    return this.#answered.size;
  }
}
