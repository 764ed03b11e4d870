// Leave Nest's ClientKafka
export { provideClientKafka, type ProvideClientKafkaOptions } from './provide-client-kafka.js';
export { KafkaProducerClient } from './kafka-producer.client.js';
export type { EmittedMetadata } from './emitted-metadata.js';

// Who consumes: for a kafkajs consumer of your own
export { consumerIdentityTap } from '../cluster/kafkajs/consumer-identity-tap.js';
export { identityOf, type ConsumerIdentity } from '../record/consumer-identity.js';

// Exactly-once handlers
export { ExactlyOnceKafkaServer } from './exactly-once/exactly-once-kafka.server.js';
export type { ExactlyOnceKafkaOptions } from './exactly-once/exactly-once-kafka.options.js';
export { exactlyOnce } from './exactly-once/plain-transport.js';
export type { ExactlyOnceTransportOptions } from './exactly-once/plain-options.js';
export { ExactlyOnce } from '../decorators/exactly-once.decorator.js';
export type { ExactlyOnceOptions } from '../decorators/exactly-once-message.js';
export { DEAD_LETTER_HEADERS } from './exactly-once/dead-letter.js';
export type { GivenRedelivery, RedeliveryOptions } from './exactly-once/redelivery.options.js';
