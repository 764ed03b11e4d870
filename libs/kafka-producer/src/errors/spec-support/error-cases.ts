import {
  AuthenticationError,
  AuthorizationError,
  ClusterUnreachableError,
  UnknownTopicError,
} from '../cluster-side.errors.js';
import {
  BatchDeliveryError,
  BufferExhaustedError,
  DeliveryAbortedError,
  DeliveryRejectedError,
  DeliveryTimeoutError,
  ProducerClosedError,
} from '../delivery.errors.js';
import type { KafkaProducerError } from '../kafka-producer.error.js';
import { InvalidMethodError, InvalidOptionsError, InvalidTopicError, UnboundMethodError } from '../program.errors.js';
import {
  InvalidRecordError,
  PayloadValidationError,
  RecordTooLargeError,
  SerializationError,
} from '../record.errors.js';
import { transactionErrorCases } from './transaction-error-cases.js';

const cause = new Error('connect ECONNREFUSED 127.0.0.1:9092');

/** Every class at least once: what it is given, what it says, what it carries. */
export const errorCases: readonly { error: KafkaProducerError; message: string; fields: Record<string, unknown> }[] = [
  {
    error: new InvalidOptionsError({
      module: 'audit',
      problems: [
        { path: 'producer.lingerMs', message: 'must be a number of milliseconds from 0 to 60000, got "20"' },
        { path: 'producer.linger', message: "is not an option; did you mean 'lingerMs'?" },
      ],
    }),
    message:
      "KafkaProducerModule 'audit' has 2 problems in its options:\n" +
      '  - producer.lingerMs: must be a number of milliseconds from 0 to 60000, got "20"\n' +
      "  - producer.linger: is not an option; did you mean 'lingerMs'?\n" +
      'Correct all of them where the module is registered.',
    fields: { problems: [{ path: 'producer.lingerMs' }, { path: 'producer.linger' }] },
  },
  {
    error: new InvalidOptionsError({ problems: [{ path: 'client.brokers', message: 'is required' }] }),
    message:
      'KafkaProducerModule has 1 problem in its options:\n  - client.brokers: is required\nCorrect all of them where the module is registered.',
    fields: {},
  },
  {
    error: new UnboundMethodError({ host: 'OrdersService', method: 'place', reason: 'no producer is bound' }),
    message:
      'OrdersService.place() cannot emit: no producer is bound. Let Nest construct the class, or call bindKafkaProducer(instance, producer) on an instance made by hand.',
    fields: { host: 'OrdersService', method: 'place' },
  },
  {
    error: new InvalidMethodError({ host: 'OrdersService', method: 'place', reason: 'it is a generator' }),
    message: 'OrdersService.place cannot be decorated: it is a generator. Decorate an async instance method.',
    fields: { host: 'OrdersService', method: 'place' },
  },
  {
    error: new InvalidMethodError({ host: 'A', method: 'b', reason: 'it is a getter', remedy: 'Use a method.' }),
    message: 'A.b cannot be decorated: it is a getter. Use a method.',
    fields: {},
  },
  {
    error: new InvalidMethodError({
      host: 'A',
      method: 'b',
      reason: 'it is a getter',
      others: [new UnboundMethodError({ host: 'E', method: 'f', reason: 'nothing is bound', remedy: 'Bind it.' })],
    }),
    message:
      'A.b cannot be decorated: it is a getter. Decorate an async instance method.\nFound at the same time:\n' +
      '  - E.f() cannot emit: nothing is bound. Bind it.',
    fields: { others: [{ host: 'E' }] },
  },
  {
    error: new InvalidMethodError({ host: 'A', method: '', reason: 'it is a class' }),
    message: 'A cannot be decorated: it is a class. Decorate an async instance method.',
    fields: { method: '' },
  },
  {
    error: new InvalidTopicError({
      topic: 'orders',
      problems: [
        { path: 'key', message: 'must be a function of the payload or null, got undefined' },
        { path: 'headers', message: 'must be a function, got an object' },
      ],
    }),
    message:
      "The definition of topic 'orders' has 2 problems:\n  - key: must be a function of the payload or null, got undefined\n  - headers: must be a function, got an object\nCorrect the call of defineTopic().",
    fields: { topic: 'orders', problems: [{ path: 'key' }, { path: 'headers' }] },
  },
  {
    error: new SerializationError({ topic: 'orders', field: 'value', reason: 'undefined has no JSON form', cause }),
    message:
      "The value of a record for topic 'orders' cannot be serialised: undefined has no JSON form. Send a value the serializer accepts, or give the topic a serializer for it; only this record failed.",
    fields: { topic: 'orders', field: 'value', cause },
  },
  {
    error: new PayloadValidationError({ topic: 'orders', problems: [{ path: '', message: 'must be an object' }] }),
    message:
      "The payload of a record for topic 'orders' has 1 problem:\n  - must be an object\nCorrect the payload, or the schema of its contract; only this record failed.",
    fields: { topic: 'orders', problems: [{ path: '', message: 'must be an object' }] },
  },
  {
    error: new InvalidRecordError({ topic: 'orders', reason: 'its key is undefined' }),
    message:
      "A record for topic 'orders' is not valid: its key is undefined. Correct the record; only this record failed.",
    fields: { topic: 'orders' },
  },
  {
    error: new InvalidRecordError({ reason: 'it has no topic' }),
    message: 'A record is not valid: it has no topic. Correct the record; only this record failed.',
    fields: { topic: undefined },
  },
  {
    error: new RecordTooLargeError({
      topic: 'orders',
      sizeBytes: 2_000_000,
      limitBytes: 1_048_576,
      limit: 'maxRequestSizeBytes',
    }),
    message:
      "A record of 2000000 bytes for topic 'orders' exceeds maxRequestSizeBytes of 1048576 bytes. Send a smaller record (a reference to the data instead of the data), or raise producer.maxRequestSizeBytes, and the topic's max.message.bytes with it.",
    fields: { sizeBytes: 2_000_000, limitBytes: 1_048_576, limit: 'maxRequestSizeBytes' },
  },
  {
    error: new RecordTooLargeError({ topic: 'orders', sizeBytes: 900, limit: 'max.message.bytes' }),
    message:
      "A record of 900 bytes for topic 'orders' exceeds max.message.bytes. Send a smaller record (a reference to the data instead of the data), or raise the topic's max.message.bytes.",
    fields: { limitBytes: undefined },
  },
  {
    error: new UnknownTopicError({ topic: 'order', reason: 'two brokers said so, 1004 ms apart' }),
    message:
      "Topic 'order' does not exist: two brokers said so, 1004 ms apart. Create the topic, correct its name, or set producer.allowAutoTopicCreation where the brokers allow it.",
    fields: { topic: 'order', partition: undefined },
  },
  {
    error: new UnknownTopicError({ topic: 'orders', partition: 9, partitionCount: 6 }),
    message:
      "Topic 'orders' has no partition 9, the topic has 6 (0 to 5). Name a partition that exists, add partitions, or leave the choice to the key or the partitioner.",
    fields: { topic: 'orders', partition: 9, partitionCount: 6 },
  },
  {
    error: new AuthorizationError({ resource: 'topic', name: 'orders', operation: 'Write' }),
    message:
      "The cluster refused us Write on topic 'orders'. Grant Write on topic 'orders' to the principal this client logs in with.",
    fields: { resource: 'topic', resourceName: 'orders', operation: 'Write' },
  },
  {
    error: new AuthenticationError({ mechanism: 'SCRAM-SHA-512', broker: 'b1:9093', cause: new Error('bad secret') }),
    message:
      'Broker b1:9093 refused our credentials (SASL SCRAM-SHA-512): bad secret. Check client.sasl: the mechanism the listener offers, the user name and the secret.',
    fields: { mechanism: 'SCRAM-SHA-512', broker: 'b1:9093' },
  },
  {
    error: new ClusterUnreachableError({ producer: 'audit', reason: 'no answer from a broker within 500 ms', cause }),
    message:
      "The producer 'audit' could not connect: no answer from a broker within 500 ms. Check client.brokers and that a broker can be reached from here, raise connectTimeoutMs, or start without a broker: connect: 'background'.",
    fields: { producer: 'audit', cause },
  },
  {
    error: new BufferExhaustedError({
      topic: 'orders',
      sizeBytes: 300,
      bufferMemoryBytes: 33_554_432,
      maxBlockMs: 60_000,
      waiting: 12,
      waitedFor: 'memory',
    }),
    message:
      "A record of 300 bytes for topic 'orders' found no room in the 33554432 bytes of buffer within maxBlockMs (60000 ms) with 12 records waiting. Nothing was sent: slow down and send it again, or raise producer.bufferMemoryBytes or producer.maxBlockMs.",
    fields: { bufferMemoryBytes: 33_554_432, waitedFor: 'memory' },
  },
  {
    error: new BufferExhaustedError({
      topic: 'orders',
      sizeBytes: 300,
      bufferMemoryBytes: 33_554_432,
      maxBlockMs: 500,
      waitedFor: 'metadata',
      cause,
    }),
    message:
      "The partitions of topic 'orders' were not known within maxBlockMs (500 ms): connect ECONNREFUSED 127.0.0.1:9092. Nothing was sent: check client.brokers and that a broker can be reached, then send it again.",
    fields: { cause, maxBlockMs: 500 },
  },
  {
    error: new DeliveryTimeoutError({
      topic: 'orders',
      partition: 2,
      persisted: 'possibly',
      elapsedMs: 120_003.4,
      attempts: 4,
      lastError: 'REQUEST_TIMED_OUT',
    }),
    message:
      "A record for orders[2] was not acknowledged within 120003 ms (4 attempts, the last one failed with: REQUEST_TIMED_OUT); the record may be in the log. Look at `persisted`: after 'no' sending again is safe, after 'possibly' it may duplicate the record.",
    fields: { persisted: 'possibly', attempts: 4 },
  },
  {
    error: new DeliveryRejectedError({
      topic: 'orders',
      partition: 2,
      persisted: 'no',
      errorCode: 87,
      errorName: 'INVALID_RECORD',
      attempts: 1,
      brokerMessage: 'a compacted topic needs keys',
    }),
    message:
      "A record for orders[2] was rejected with INVALID_RECORD (87): a compacted topic needs keys after 1 attempt; the record is not in the log. Act on the broker's error; look at `persisted` before sending again.",
    fields: { errorCode: 87, errorName: 'INVALID_RECORD', persisted: 'no' },
  },
  {
    error: new DeliveryAbortedError({ topic: 'orders', persisted: 'no', reason: 'its signal was aborted' }),
    message:
      "The delivery of a record for topic 'orders' was aborted: its signal was aborted; the record is not in the log. Look at `persisted` before sending again: after 'possibly' it may duplicate the record.",
    fields: { partition: undefined, persisted: 'no' },
  },
  {
    error: new BatchDeliveryError({
      results: [
        { status: 'fulfilled', value: { topic: 'orders', partition: 0, offset: '1' } },
        { status: 'rejected', reason: new InvalidRecordError({ reason: 'it has no topic' }) },
      ],
    }),
    message:
      '1 of 2 records were not delivered, the first because: A record is not valid: it has no topic. Correct the record; only this record failed. Look at `results`, one per record in the order given, and send again only what may be sent again.',
    fields: { results: [{ status: 'fulfilled' }, { status: 'rejected' }] },
  },
  {
    error: new ProducerClosedError({ state: 'closing' }),
    message:
      'The producer is closing and accepts no more records. Stop sending once the application shuts down; work that still emits belongs before onApplicationShutdown.',
    fields: {},
  },
  ...transactionErrorCases,
];
