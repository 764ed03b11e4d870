import type { ExecutionContext } from '@nestjs/common';
import type { KafkaContext } from '@nestjs/microservices';

import type { ConsumerIdentity } from '../../record/consumer-identity.js';
import type { FailedMessage } from './redelivery.js';

type KafkajsConsumer = ReturnType<KafkaContext['getConsumer']>;

/** Where a message lies, and the consumer that is there. */
export class PlainPlace implements FailedMessage {
  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset: string,
    readonly consumer: KafkajsConsumer,
  ) {}

  static of(context: ExecutionContext): PlainPlace {
    const kafka = context.switchToRpc().getContext<KafkaContext>();
    return new PlainPlace(kafka.getTopic(), kafka.getPartition(), kafka.getMessage().offset, kafka.getConsumer());
  }

  /** Of the partition. */
  get key(): string {
    return `${this.topic}/${this.partition}`;
  }

  /** The offset that says that the message was handled. */
  get next(): string {
    return String(BigInt(this.offset) + 1n);
  }

  isBehind(offset: string): boolean {
    return BigInt(this.offset) > BigInt(offset);
  }

  /** What the unit of the message commits. */
  consumedBy({ groupId, memberId, generationId }: ConsumerIdentity) {
    const { topic, partition, next } = this;
    return { groupId, member: { memberId, generationId }, offsets: [{ topic, partition, offset: next }] };
  }

  /** Lets the consumer fetch from here again; what it has fetched behind it is dropped. A consumer that is stopping begins at the committed offset anyway. */
  seekBack(offset = this.offset): void {
    try {
      this.consumer.seek({ topic: this.topic, partition: this.partition, offset });
    } catch {
      // not running
    }
  }

  toString(): string {
    return `${this.topic}[${this.partition}] at offset ${this.offset}`;
  }
}
