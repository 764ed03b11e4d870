// Leave Nest's ClientKafka
export { provideClientKafka, type ProvideClientKafkaOptions } from './provide-client-kafka.js';
export { KafkaProducerClient } from './kafka-producer.client.js';
export type { EmittedMetadata } from './emitted-metadata.js';

// Who consumes: for a kafkajs consumer of your own
export { consumerIdentityTap } from '../cluster/kafkajs/consumer-identity-tap.js';
export { identityOf, type ConsumerIdentity } from '../record/consumer-identity.js';
