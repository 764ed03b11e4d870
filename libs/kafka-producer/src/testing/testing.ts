// The subpath nestjs-kafka-producer/testing
export { inMemoryKafka } from './in-memory-kafka.js';
export type { InMemoryKafkaOptions, InMemoryTopicOptions } from './in-memory-topics.js';
export { CommittedRecords } from './committed-records.js';
export type { CommittedHeaders, CommittedPlace, CommittedRecord } from './committed-record.js';
export { ScriptedOutcomes } from './scripted-outcomes.js';
export type { NextSend, ScriptedSend, SendOutcome } from './scripted-send.js';
export { InMemoryProducer, type InMemoryProducerOptions } from './in-memory-producer.js';
