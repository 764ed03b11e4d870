import { SizedRecord, type RecordHeader } from 'kafka-wire';

import { InvalidRecordError } from '../errors/record.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import { SerializedRecord } from '../record/serialized-record.js';
import type { Clock } from '../support/clock.js';
import { silence } from '../support/thenable.js';
import { RecordDefaults, type DefaultHeadersSettings } from './default-headers.js';
import { DeferredRecord, type SerializeDeferred } from './deferred-record.js';
import { FieldContexts } from './field-contexts.js';
import { headerList, type RecordHeaders } from './header-list.js';
import { LateRecord } from './late-record.js';
import type { OwnPayload } from './own-payload.js';
import { OWN_SERIALIZER, type OwnSerializer } from './own-serializer.js';
import { assertRecord, headersOf, partitionOf, timestampOf, topicProblem } from './record-fields.js';
import { serializeField } from './serialize-field.js';
import type { Serializer, Serializers } from './serializer.js';
import { payloadContract, validRecord } from './valid-record.js';
import { describeType, textSerializer, valueSerializer } from './value.serializer.js';

export interface SerializationSettings extends DefaultHeadersSettings {
  readonly serializers?: Serializers | undefined;
  /** From the name in the program to the name in Kafka. */
  readonly resolveTopic?: ((name: string) => string) | undefined;
}

/** A record, and what the contract it was made by has to say about it. */
export type ContractRecord = ProducerRecord & OwnSerializer & OwnPayload;

/**
 * Stage 1: from what the caller gave to bytes.
 *
 * Topic, partition, timestamp and default headers are read at the call, in the caller's async context, and never again. The bytes of key, value and headers
 * can be made later, by `defer()`. Only a serializer or a validation that returns a promise makes this async; keeping the order is then the caller's part.
 */
export class RecordSerializer {
  readonly #settings: SerializationSettings;
  readonly #key: Serializer;
  readonly #value: Serializer;
  readonly #header: Serializer;
  readonly #defaults: RecordDefaults;
  readonly #clock: Clock;
  /** The name that was found legal last (at first: any legal one), since most callers send to one topic many times in a row. */
  #legalTopic = 'any';
  #contexts = new FieldContexts('any');

  constructor(settings: SerializationSettings, clock: Clock) {
    this.#settings = settings;
    this.#key = settings.serializers?.key ?? textSerializer;
    this.#value = settings.serializers?.value ?? valueSerializer;
    this.#header = settings.serializers?.header ?? textSerializer;
    this.#defaults = new RecordDefaults(settings);
    this.#clock = clock;
  }

  /** The record's topic as it is in Kafka. Asks `resolveTopic`: once per record. @throws InvalidRecordError */
  topicOf(record: ProducerRecord & OwnSerializer): string {
    assertRecord(record);
    const isResolved = this.#settings.resolveTopic !== undefined && record[OWN_SERIALIZER]?.isTopicResolved === true;
    return isResolved ? this.#legal(record.topic) : this.topicName(record.topic);
  }

  /** The name in Kafka of a topic as the program names it. @throws InvalidRecordError when it is none, or `resolveTopic` makes none of it */
  topicName(name: string): string {
    const { resolveTopic } = this.#settings;
    return resolveTopic === undefined ? this.#legal(name) : this.#resolved(resolveTopic, name);
  }

  /**
   * @param topic what `topicOf()` has returned for this record
   * @param callAtMs the moment of the call, by the wall clock
   * @throws InvalidRecordError when Kafka could not store such a record
   * @throws SerializationError, PayloadValidationError when a serializer or the contract refuses it; also as the rejection of a late record
   */
  serialize(
    record: ContractRecord,
    topic = this.topicOf(record),
    callAtMs = this.#clock.wallTime(),
  ): SerializedRecord | LateRecord {
    const partition = partitionOf(record, topic);
    const timestampMs = timestampOf(record, topic, callAtMs);
    return this.#toBytes(record, topic, partition, timestampMs, this.#defaults.of(topic));
  }

  /** Reads what belongs to the call and leaves the bytes for later. @throws InvalidRecordError, SerializationError as `serialize()` for what is read */
  defer(record: ContractRecord, topic: string): DeferredRecord {
    const partition = partitionOf(record, topic);
    const timestampMs = timestampOf(record, topic, this.#clock.wallTime());
    const defaultHeaders = copied(this.#defaults.of(topic));
    return new DeferredRecord(record, topic, partition, timestampMs, defaultHeaders, this.#deferred);
  }

  readonly #deferred: SerializeDeferred = ({ record, topic, partition, timestampMs, defaultHeaders }) =>
    this.#toBytes(record, topic, partition, timestampMs, defaultHeaders);

  #toBytes(
    record: ContractRecord,
    topic: string,
    partition: number | undefined,
    timestampMs: number,
    defaults: RecordHeaders | undefined,
  ): SerializedRecord | LateRecord {
    const contract = payloadContract(record);
    if (contract === undefined) return this.#fieldsToBytes(record, topic, partition, timestampMs, defaults);
    const valid = validRecord(record, contract, topic);
    if (!(valid instanceof Promise)) return this.#fieldsToBytes(valid, topic, partition, timestampMs, defaults);
    const kept = copied(defaults);
    const done: Promise<SerializedRecord> = valid.then((complete) => {
      late.isValidated();
      const made = this.#fieldsToBytes(complete, topic, partition, timestampMs, kept);
      return made instanceof LateRecord ? late.continues(made) : made;
    });
    const late: LateRecord = new LateRecord(topic, {}, done, 'its validation');
    return late;
  }

  #fieldsToBytes(
    record: ProducerRecord & OwnSerializer,
    topic: string,
    partition: number | undefined,
    timestampMs: number,
    defaults: RecordHeaders | undefined,
  ): SerializedRecord | LateRecord {
    const own = record[OWN_SERIALIZER];
    const ofAllFields = own?.isForAllFields === true ? own : undefined;
    const contexts = this.#contextsOf(topic);
    const key = record.key === undefined ? null : serializeField(ofAllFields ?? this.#key, record.key, contexts.key);
    const value = serializeField(own ?? this.#value, record.value, contexts.value);
    const header = this.#headers(record, topic, defaults, ofAllFields ?? this.#header);
    if (key instanceof Promise || value instanceof Promise || header instanceof Promise) {
      const done = Promise.all([key, value, header]).then(
        ([k, v, h]) => new SerializedRecord(topic, partition, new SizedRecord(k, v, timestampMs, h)),
      );
      return new LateRecord(topic, { key, value, header }, done);
    }
    return new SerializedRecord(topic, partition, new SizedRecord(key, value, timestampMs, header));
  }

  #headers(
    record: ProducerRecord,
    topic: string,
    defaults: RecordHeaders | undefined,
    serializer: Serializer,
  ): readonly RecordHeader[] | Promise<readonly RecordHeader[]> {
    const own = headersOf(record.headers, topic, 'its headers are');
    if (own === undefined && defaults === undefined) return NO_HEADERS;
    return headerList(own, defaults, serializer, this.#contextsOf(topic));
  }

  #contextsOf(topic: string): FieldContexts {
    return this.#contexts.topic === topic ? this.#contexts : (this.#contexts = new FieldContexts(topic));
  }

  #resolved(resolveTopic: (name: string) => unknown, name: string): string {
    const wrong = topicProblem(name, 'a name');
    if (wrong !== undefined) throw new InvalidRecordError({ reason: wrong });
    let resolved: unknown;
    try {
      resolved = resolveTopic(name);
    } catch (cause) {
      throw new InvalidRecordError({ topic: name, reason: `resolveTopic threw ${String(cause)}`, cause });
    }
    if (typeof resolved !== 'string') {
      silence(resolved);
      const reason = `resolveTopic returned ${describeType(resolved)}, not a string`;
      const remedy = 'Correct resolveTopic in the options of the module: it must return the name at once.';
      throw new InvalidRecordError({ topic: name, reason, remedy });
    }
    return this.#legal(resolved);
  }

  #legal(topic: string): string {
    if (topic === this.#legalTopic) return topic;
    const reason = topicProblem(topic);
    if (reason !== undefined) throw new InvalidRecordError({ reason });
    return (this.#legalTopic = topic);
  }
}

/** Default headers that are written later: the program may go on to change an object it hands out for every record. */
function copied(defaults: RecordHeaders | undefined): RecordHeaders | undefined {
  return defaults === undefined ? undefined : { ...defaults };
}

const NO_HEADERS: readonly RecordHeader[] = [];
