// Leave Nest's ClientKafka
export { provideClientKafka, type ProvideClientKafkaOptions } from './provide-client-kafka.js';
export { KafkaProducerClient } from './kafka-producer.client.js';
export type { EmittedMetadata } from './emitted-metadata.js';
