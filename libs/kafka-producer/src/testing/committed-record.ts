import type { DecodedRecord, DecodedRecordHeader } from 'kafka-wire';

/** Values as UTF-8 text; an array where a record has a header more than once. */
export type CommittedHeaders = Readonly<Record<string, string | null | readonly (string | null)[]>>;

/** Where a record was appended. */
export interface CommittedPlace {
  readonly producer: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A record as a consumer would get it: what the producer encoded, decoded again. */
export class CommittedRecord {
  /** Name of the module whose producer sent it; `'default'` when it has none. */
  readonly producer: string;
  /** As it is in Kafka, after `resolveTopic`. */
  readonly topic: string;
  readonly partition: number;
  /** Decimal, counted from 0 in each partition of each producer. */
  readonly offset: string;
  readonly key: Buffer | null;
  /** `null` for a tombstone. */
  readonly value: Buffer | null;
  readonly headers: CommittedHeaders;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;

  constructor({ producer, topic, partition, offset }: CommittedPlace, record: DecodedRecord) {
    this.producer = producer;
    this.topic = topic;
    this.partition = partition;
    this.offset = String(offset);
    this.key = record.key;
    this.value = record.value;
    this.headers = headersOf(record.headers);
    this.timestamp = record.timestamp;
  }

  /** The key as UTF-8 text. */
  get keyText(): string | null {
    return textOf(this.key);
  }

  /** The value as UTF-8 text. */
  get text(): string | null {
    return textOf(this.value);
  }

  /** The value read as JSON; `null` for a tombstone. @throws Error when it is no JSON: look at `text` or `value` */
  get json(): unknown {
    if (this.value === null) return null;
    try {
      return JSON.parse(this.value.toString()) as unknown;
    } catch (cause) {
      const { topic, partition, offset } = this;
      throw new Error(
        `The value of ${topic}[${partition}] at offset ${offset} is no JSON: ${this.value.toString().slice(0, 80)}. Read it with text or value.`,
        { cause },
      );
    }
  }
}

function textOf(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString();
}

function headersOf(headers: readonly DecodedRecordHeader[]): CommittedHeaders {
  const byName = new Map<string, (string | null)[]>();
  for (const { key, value } of headers) {
    const values = byName.get(key);
    if (values === undefined) byName.set(key, [textOf(value)]);
    else values.push(textOf(value));
  }
  return Object.fromEntries(Array.from(byName, ([name, values]) => [name, values.length === 1 ? values[0]! : values]));
}
