// The subpath nestjs-kafka-producer/health
export { KafkaProducerHealthIndicator, type KafkaProducerHealthOptions } from './kafka-producer.health.js';
export type { KafkaProducerHealthDetails } from './producer-health.js';
