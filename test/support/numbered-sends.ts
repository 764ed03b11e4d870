import type { KafkaProducerService, RecordMetadata } from 'nestjs-kafka-producer';

import { recordsIn } from './batches-in.js';

/** Sends numbered records, one after the other to each partition in turn, and holds what the producer said of them against the logs. */
export class NumberedSends {
  readonly #producer: KafkaProducerService;
  readonly #topic: string;
  readonly #partitions: number;
  readonly #deliveries: Promise<RecordMetadata>[] = [];
  readonly #waiting: (() => void)[] = [];
  acknowledged = 0;

  constructor(producer: KafkaProducerService, topic: string, partitions: number) {
    this.#producer = producer;
    this.#topic = topic;
    this.#partitions = partitions;
  }

  /** The number of the record is its value. Rejects when it was not acknowledged. */
  async send(): Promise<void> {
    const number = this.#deliveries.length;
    const record = { topic: this.#topic, partition: number % this.#partitions, value: String(number) };
    const delivery = this.#producer.send(record);
    this.#deliveries.push(delivery);
    await delivery;
    this.acknowledged++;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when one more record was acknowledged. */
  nextAcknowledgement(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** What must not be: a record that is not in its partition once, in the order of the calls, and where the producer said. */
  async violations(bootstrap: readonly string[]): Promise<string[]> {
    const violations: string[] = [];
    const deliveries = await Promise.all(this.#deliveries);
    for (let partition = 0; partition < this.#partitions; partition++) {
      const log = (await recordsIn(bootstrap, this.#topic, partition)).map(({ value }) => String(value));
      const sent = deliveries.flatMap((delivery, number) => (delivery.partition === partition ? [number] : []));
      if (log.join() !== sent.join())
        violations.push(`sent to ${partition}: ${sent.join()}; in its log: ${log.join()}`);
      for (const number of sent) {
        const { offset } = deliveries[number] as RecordMetadata;
        // Absent when the broker recognised a repeat and no longer knew where it is.
        const isThere = offset === undefined || log[Number(offset)] === String(number);
        if (!isThere) violations.push(`${number} is not at offset ${offset} of ${partition}`);
      }
    }
    return violations;
  }
}
