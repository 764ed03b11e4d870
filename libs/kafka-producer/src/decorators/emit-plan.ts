import { InvalidMethodError } from '../errors/program.errors.js';
import { InvalidRecordError } from '../errors/record.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import { prepareContract, type TopicContract } from '../topics/define-topic.js';
import { mergedHeaders } from '../topics/merged-headers.js';
import { DEFAULT_PRODUCER } from '../kafka-producer.tokens.js';
import { isThenable, silence } from '../support/thenable.js';
import type { EmitOptions, WaitFor } from './emit-options.js';
import { producerSlot } from './producer-slot.js';

type Args = readonly unknown[];

/** All options of both kinds, as they are read when the method was called. */
export interface AnyEmitOptions extends EmitOptions<unknown, Args> {
  readonly each?: boolean | undefined;
  readonly payload?: ((result: unknown, args: Args) => unknown) | undefined;
  readonly value?: ((result: unknown, args: Args) => unknown) | undefined;
  readonly key?: ((result: unknown, args: Args) => string | Uint8Array | null | undefined) | undefined;
}

/** One `@Emit` on one method: where its records go and how they are made. */
export class EmitPlan {
  /** Name of the module whose producer sends. */
  readonly producer: string;
  /** Where the instance holds that producer. */
  readonly slot: symbol;
  readonly waitFor: WaitFor;
  readonly topic: string;
  /** One record per element of the result. */
  readonly isEach: boolean;
  readonly #target: TopicContract | string;
  readonly #options: AnyEmitOptions;
  readonly #where: { readonly host: string; readonly method: string };

  /** @param where it stands, for messages */
  constructor(
    target: TopicContract | string,
    options: AnyEmitOptions,
    where: { readonly host: string; readonly method: string },
  ) {
    this.#target = target;
    this.#options = options;
    this.#where = where;
    this.isEach = options.each === true;
    this.topic = typeof target === 'string' ? target : target.topic;
    this.producer = options.producer ?? (typeof target === 'string' ? undefined : target.producer) ?? DEFAULT_PRODUCER;
    this.slot = producerSlot(this.producer);
    this.waitFor = options.waitFor ?? 'ack';
  }

  /**
   * The records of one call that succeeded; none when there is nothing to tell.
   *
   * @param host the instance, for options that use `this`
   */
  records(host: unknown, result: unknown, args: Args): ProducerRecord[] {
    if (!this.isEach) return listed(this.record(host, result, args));
    if (result === undefined || result === null) return [];
    if (typeof (result as Iterable<unknown>)[Symbol.iterator] !== 'function' || typeof result === 'string') {
      throw new InvalidMethodError({
        ...this.#where,
        reason: `its @Emit has each: true, and it did not return an iterable but a value of type ${typeof result}`,
        remedy: 'Return an array or another iterable, or leave `each` out.',
      });
    }
    return Array.from(result as Iterable<unknown>).flatMap((element) => listed(this.record(host, element, args)));
  }

  /** Loads what its contract needs. @throws InvalidTopicError when that is not installed */
  async prepare(): Promise<void> {
    if (typeof this.#target !== 'string') await prepareContract(this.#target);
  }

  /** The record of one result, or with `each` of one of its elements; `undefined` when there is nothing to tell. */
  record(host: unknown, result: unknown, args: Args): ProducerRecord | undefined {
    const options = this.#options;
    if (options.when !== undefined && !this.#atOnce('when', options.when.call(host, result, args))) return undefined;
    const make = options.payload ?? options.value;
    const payload = make === undefined ? result : this.#atOnce('payload', make.call(host, result, args));
    if (payload === undefined) return undefined;
    const record: ProducerRecord =
      typeof this.#target === 'string'
        ? { topic: this.#target, value: payload, key: this.#key(host, result, args) }
        : this.#target(payload);
    if (options.headers !== undefined) {
      record.headers = mergedHeaders(record.headers, this.#atOnce('headers', options.headers.call(host, result, args)));
    }
    if (options.partition !== undefined)
      record.partition = this.#atOnce('partition', valueOf(options.partition, host, result, args));
    if (options.timestamp !== undefined)
      record.timestamp = this.#atOnce('timestamp', options.timestamp.call(host, result, args));
    return record;
  }

  /** @throws InvalidRecordError for a promise: nobody would await it */
  #atOnce<T>(option: keyof AnyEmitOptions, value: T): T {
    if (!isThenable(value)) return value;
    silence(value);
    const reason = `the \`${option}\` of its @Emit returned a promise: it has to be there at once`;
    throw new InvalidRecordError({ topic: this.topic, reason, remedy: 'Await it in the method, and return it.' });
  }

  #key(host: unknown, result: unknown, args: Args): string | Uint8Array | null {
    if (this.#options.key === undefined) return null;
    const key = this.#atOnce('key', this.#options.key.call(host, result, args));
    if (key !== undefined) return key;
    const reason = 'the `key` of its @Emit returned undefined; return a key, or null for a record without one';
    throw new InvalidRecordError({ topic: this.topic, reason });
  }
}

function listed(record: ProducerRecord | undefined): ProducerRecord[] {
  return record === undefined ? [] : [record];
}

function valueOf(
  option: NonNullable<AnyEmitOptions['partition']>,
  host: unknown,
  result: unknown,
  args: Args,
): number | undefined {
  return typeof option === 'function' ? option.call(host, result, args) : option;
}
