/** What kafkajs hands to `eachBatch` and `eachMessage`, for those who may not know kafkajs itself. */
export type { EachBatchPayload, EachMessagePayload, KafkaMessage } from 'kafkajs';
