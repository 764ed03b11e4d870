import { describe, expect, it } from 'vitest';

import {
  AuthenticationError,
  AuthorizationError,
  ClusterUnreachableError,
  UnknownTopicError,
} from './cluster-side.errors.js';
import {
  BatchDeliveryError,
  BufferExhaustedError,
  DeliveryAbortedError,
  DeliveryRejectedError,
  DeliveryTimeoutError,
  ProducerClosedError,
} from './delivery.errors.js';
import { errorCodes, type KafkaProducerErrorCode } from './error-codes.js';
import { KafkaProducerError } from './kafka-producer.error.js';
import { InvalidMethodError, InvalidOptionsError, InvalidTopicError, UnboundMethodError } from './program.errors.js';
import {
  InvalidRecordError,
  PayloadValidationError,
  RecordTooLargeError,
  SerializationError,
} from './record.errors.js';

/** One error as a user meets it in a log: everything that may be left out is left out. */
interface Reading {
  readonly error: KafkaProducerError;
  /** What the reader has to find in it to know which record, option or broker it is about. */
  readonly values: readonly string[];
  /** The order at its end. @defaultValue the table's */
  readonly remedy?: string;
}

const problems = [
  { path: 'items[1].sku', message: 'must be a string' },
  { path: 'total', message: 'must not be negative' },
];

/** Every class in the table: the compiler refuses one that is missing. */
const readings: Readonly<Record<KafkaProducerErrorCode, Reading>> = {
  KAFKA_PRODUCER_INVALID_OPTIONS: {
    error: new InvalidOptionsError({ problems }),
    values: ['2 problems', 'items[1].sku: must be a string', 'total: must not be negative'],
  },
  KAFKA_PRODUCER_UNBOUND_METHOD: {
    error: new UnboundMethodError({ host: 'OrdersService', method: 'place', reason: 'no producer is bound to it' }),
    values: ['OrdersService.place()', 'no producer is bound to it'],
  },
  KAFKA_PRODUCER_INVALID_METHOD: {
    error: new InvalidMethodError({ host: 'OrdersService', method: 'place', reason: 'it is a generator' }),
    values: ['OrdersService.place', 'it is a generator'],
  },
  KAFKA_PRODUCER_INVALID_TOPIC: {
    error: new InvalidTopicError({ problems }),
    values: ['a topic', '2 problems', 'items[1].sku: must be a string', 'total: must not be negative'],
  },
  KAFKA_PRODUCER_SERIALIZATION: {
    error: new SerializationError({ topic: 'orders', field: 'value', reason: 'a bigint has no JSON form' }),
    values: ["topic 'orders'", 'value', 'a bigint has no JSON form'],
  },
  KAFKA_PRODUCER_PAYLOAD_VALIDATION: {
    error: new PayloadValidationError({ topic: 'orders', problems }),
    values: ["topic 'orders'", '2 problems', 'items[1].sku: must be a string', 'total: must not be negative'],
  },
  KAFKA_PRODUCER_INVALID_RECORD: {
    error: new InvalidRecordError({ reason: 'its partition is -1, not an integer of 0 or more' }),
    values: ['A record', 'its partition is -1'],
  },
  KAFKA_PRODUCER_RECORD_TOO_LARGE: {
    error: new RecordTooLargeError({ topic: 'orders', sizeBytes: 2_000_000, limit: 'max.message.bytes' }),
    values: ['2000000 bytes', "topic 'orders'", 'max.message.bytes'],
    remedy:
      "Send a smaller record (a reference to the data instead of the data), or raise the topic's max.message.bytes.",
  },
  KAFKA_PRODUCER_UNKNOWN_TOPIC: {
    error: new UnknownTopicError({ topic: 'orders' }),
    values: ["'orders'"],
  },
  KAFKA_PRODUCER_AUTHORIZATION: {
    error: new AuthorizationError({ resource: 'topic', name: 'orders' }),
    values: ["topic 'orders'"],
    remedy: "Grant the needed operation on topic 'orders' to the principal this client logs in with.",
  },
  KAFKA_PRODUCER_AUTHENTICATION: {
    error: new AuthenticationError({ mechanism: 'scram-sha-512', broker: 'kafka:9092' }),
    values: ['scram-sha-512', 'kafka:9092'],
  },
  KAFKA_PRODUCER_CLUSTER_UNREACHABLE: {
    error: new ClusterUnreachableError({ producer: 'audit', reason: 'connect ECONNREFUSED 127.0.0.1:9092' }),
    values: ["'audit'", 'connect ECONNREFUSED 127.0.0.1:9092'],
  },
  KAFKA_PRODUCER_BUFFER_EXHAUSTED: {
    error: new BufferExhaustedError({
      topic: 'orders',
      sizeBytes: 300,
      bufferMemoryBytes: 33_554_432,
      maxBlockMs: 500,
      waitedFor: 'memory',
    }),
    values: ["'orders'", '300 bytes', '33554432', '500 ms'],
  },
  KAFKA_PRODUCER_DELIVERY_TIMEOUT: {
    error: new DeliveryTimeoutError({
      topic: 'orders',
      partition: 2,
      persisted: 'no',
      elapsedMs: 120_000.4,
      attempts: 0,
    }),
    values: ['orders[2]', '120000 ms', 'not in the log'],
  },
  KAFKA_PRODUCER_DELIVERY_REJECTED: {
    error: new DeliveryRejectedError({
      topic: 'orders',
      partition: 2,
      persisted: 'no',
      errorCode: 87,
      errorName: 'INVALID_RECORD',
      attempts: 1,
    }),
    values: ['orders[2]', 'INVALID_RECORD (87)', '1 attempt', 'not in the log'],
  },
  KAFKA_PRODUCER_DELIVERY_ABORTED: {
    error: new DeliveryAbortedError({ topic: 'orders', persisted: 'possibly', reason: 'its signal was aborted' }),
    values: ["topic 'orders'", 'its signal was aborted', 'may be in the log'],
  },
  KAFKA_PRODUCER_BATCH_DELIVERY: {
    error: new BatchDeliveryError({
      results: [
        { status: 'fulfilled', value: { topic: 'orders', partition: 0 } },
        { status: 'rejected', reason: 'not even an error' },
      ],
    }),
    values: ['1 of 2 records', 'not even an error'],
  },
  KAFKA_PRODUCER_CLOSED: {
    error: new ProducerClosedError({ state: 'closed' }),
    values: ['closed'],
  },
};

describe('an error as its reader meets it', () => {
  it.each(Object.entries(readings) as [KafkaProducerErrorCode, Reading][])(
    '%s says what happened, with values, then what to do',
    (code, { error, values, remedy = errorCodes[code].remedy }) => {
      const { message } = error;
      expect(error).toBeInstanceOf(KafkaProducerError);
      const { name, retriable } = errorCodes[code];
      expect([error.code, error.name, error.retriable]).toEqual([code, name, retriable]);
      expect(error.constructor.name).toBe(name);
      for (const value of values) expect(message).toContain(value);
      expect(message.endsWith(remedy)).toBe(true);
      expect(message.length).toBeGreaterThan(remedy.length + values.join('').length);
      expect(message).not.toMatch(/undefined|null|NaN|\[object/);
      expect(message).not.toMatch(/\.\.|[^\n] {2}|\s$/);
      expect(String(error)).toBe(`${errorCodes[code].name}: ${message}`);
    },
  );

  it('shows the first twenty problems of a payload, and counts the others', () => {
    const many = Array.from({ length: 23 }, (_, i) => ({ path: `[${i}]`, message: 'is no order' }));
    const error = new PayloadValidationError({ topic: 'orders', problems: many });
    expect(error.message.split('\n').slice(20)).toEqual([
      '  - [19]: is no order',
      '  - and 3 more, in `problems`',
      errorCodes.KAFKA_PRODUCER_PAYLOAD_VALIDATION.remedy,
    ]);
    expect(error.problems).toEqual(many);
  });
});
