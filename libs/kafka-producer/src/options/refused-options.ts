import type { OptionPath } from './option-groups.js';

/** Names users bring along from kafkajs, Kafka or later versions, and what to do instead. A silently ignored option would be worse. */
export const REFUSED_OPTIONS: Readonly<Record<OptionPath, Readonly<Record<string, string>>>> = {
  '': {
    name: 'stands beside useFactory, useClass or useExisting, not in what they return',
    isGlobal: 'stands beside useFactory, useClass or useExisting, not in what they return',
    consumer: 'has no effect: this module only produces',
  },
  client: {
    retry: 'has no effect here: use producer.retries, producer.retryBackoffMs and producer.deliveryTimeoutMs',
    requestTimeout: 'has no effect here: use producer.requestTimeoutMs',
    enforceRequestTimeout: 'has no effect here: producer.requestTimeoutMs is always enforced',
    logLevel: "has no effect here: messages go to Nest's Logger, choose its levels",
    logCreator: "has no effect here: messages go to Nest's Logger, replace it with app.useLogger()",
  },
  producer: {
    idempotent: 'is called enableIdempotence here',
    idempotence: 'is called enableIdempotence here',
    createPartitioner: 'is called partitioner here',
    maxInFlightRequests: 'is called maxInFlightRequestsPerConnection here',
    metadataMaxAge: 'is called metadataMaxAgeMs here',
    compression: 'is called compressionType here, with a name as its value',
    retry: 'has no effect here: use retries, retryBackoffMs and deliveryTimeoutMs',
    timeout: 'has no effect here: use requestTimeoutMs and deliveryTimeoutMs',
    transactionalId: 'has no effect here: use transactions.idPrefix and transactions.instanceId',
    transactionTimeout: 'has no effect here: use transactions.transactionTimeoutMs',
  },
  transactions: {
    transactionalId: 'is made of idPrefix and instanceId here',
    transactionTimeout: 'is called transactionTimeoutMs here',
    timeout: 'is called timeoutMs here',
  },
  serializers: {},
  requestScope: {},
};
