// Register the module
export { KafkaProducerModule } from './kafka-producer.module.js';
export type { KafkaProducerModuleAsyncOptions, KafkaProducerOptionsFactory } from './kafka-producer.async-options.js';
export type { KafkaProducerModuleExtras } from './kafka-producer.extras.js';
export type { ConnectPolicy, Given, KafkaProducerOptions, LifecycleOptions } from './options/module.options.js';
export type { SerializerOptions } from './options/module.options.js';
export type { ClientOptions } from './options/client.options.js';
export type { ProducerOptions } from './options/producer.options.js';
export type { TransactionOptions } from './options/transaction.options.js';
export type { RequestScopeOptions } from './options/request-scope.options.js';

// Declare topics
export { defineTopic, type AnyTopicContract, type PayloadOf, type TopicContract } from './topics/define-topic.js';
export type { TopicDefinition } from './topics/topic-definition.js';
export type { PayloadClass } from './topics/class-validation.js';
export type { StandardIssue, StandardResult, StandardSchema } from './topics/standard-schema.js';

// Emit from methods
export { Emit, type EmitPayloadOptions, type MethodDecoratorFor } from './decorators/emit.decorator.js';
export type { AnyAsync, ElementOf, EmitOptions, RawEmitOptions, Result, WaitFor } from './decorators/emit-options.js';
export { KafkaTransactional, Transactional } from './decorators/transactional.decorator.js';
export type { TransactionalMethodOptions } from './decorators/transactional-options.js';
export { ExactlyOnce } from './decorators/exactly-once.decorator.js';
export type { ExactlyOnceOptions } from './decorators/exactly-once-message.js';
export { NoEmit } from './decorators/emit-marks.js';
export { bindKafkaProducer, type EmitProducer } from './decorators/producer-slot.js';

// Inject the producer
export {
  KafkaProducerService,
  type PartitionInfo,
  type ProducerStats,
  type SendOptions,
} from './kafka-producer.service.js';
export { getKafkaProducerToken, InjectKafkaProducer } from './kafka-producer.tokens.js';
export { InjectTopic } from './kafka-producer.topics.js';
export {
  TopicProducer,
  type RecordOverrides,
  type TopicSender,
  type TopicSendOptions,
} from './topics/topic-producer.js';

// The scope of a request
export { KafkaScope } from './scope/kafka-scope.decorator.js';
export type { KafkaScopeOptions } from './scope/kafka-scope-options.js';
export { KafkaScopeInterceptor } from './scope/kafka-scope.interceptor.js';
export { RequestKafkaProducer } from './scope/request-kafka-producer.js';
export { getRequestKafkaProducerToken, InjectRequestKafkaProducer } from './scope/inject-request-producer.decorator.js';
export type { RunInScopeOptions } from './scope/run-in-scope.js';
export type { InboundHeaders, RequestScope } from './record/request-scope.js';

// Transactions
export { Propagation } from './transactions/propagation/propagation.js';
export type {
  ExplicitTransaction,
  Transaction,
  TransactionOutcome,
  TransactionState,
} from './transactions/transaction.js';
export type { TransactionalOptions } from './transactions/transactional.options.js';
export type { ConsumedOffset, ConsumedOffsets, GroupMember } from './transactions/unit/consumed-offsets.js';
export type { TransactionStats } from './transactions/transaction-engine.js';
export type { CommitterStats } from './transactions/committer/committer-stats.js';

// Records
export type { HeaderValue, ProducerRecord } from './record/producer-record.js';
export type { RecordMetadata } from './record/record-metadata.js';
export type { Delivery } from './record/delivery.js';

// Errors
export { errorCodes, type ErrorCodeEntry, type KafkaProducerErrorCode } from './errors/error-codes.js';
export { KafkaProducerError } from './errors/kafka-producer.error.js';
export { isKafkaProducerError, type KafkaProducerErrorOf } from './errors/is-kafka-producer-error.js';
export {
  InvalidMethodError,
  InvalidOptionsError,
  InvalidTopicError,
  UnboundMethodError,
  type MethodProblem,
  type OptionProblem,
} from './errors/program.errors.js';
export {
  InvalidRecordError,
  PayloadValidationError,
  RecordTooLargeError,
  SerializationError,
  type PayloadProblem,
  type SizeLimit,
} from './errors/record.errors.js';
export {
  AuthenticationError,
  AuthorizationError,
  ClusterUnreachableError,
  UnknownTopicError,
  type AuthorizedResource,
} from './errors/cluster-side.errors.js';
export {
  BatchDeliveryError,
  BufferExhaustedError,
  DeliveryAbortedError,
  DeliveryRejectedError,
  DeliveryTimeoutError,
  ProducerClosedError,
  type Persisted,
} from './errors/delivery.errors.js';
export {
  PoolExhaustedError,
  ProducerFencedError,
  PropagationError,
  TransactionAbortedError,
  TransactionEndedError,
  TransactionOutcomeUnknownError,
  type AbortReason,
} from './errors/transaction.errors.js';

// Connect
export type { SaslSettings } from './cluster/kafkajs/sasl-providers.js';
export type { SocketFactory, SocketFactoryArguments } from './cluster/connection/tcp-transport.js';

// Extend: serializers, partitioners, interceptors, default headers
export type { SerializationContext, SerializedValue, Serializer, Serializers } from './serialization/serializer.js';
export type { Partitioner, PartitionableRecord } from './partitioning/partitioner.js';
export type { PartitionMetadata, TopicMetadata } from './cluster/cluster.js';
export type { RecordHeaders } from './serialization/header-list.js';
export type { DefaultHeaders, DefaultHeadersContext } from './serialization/default-headers.js';
export type { InterceptorClass, ProducerInterceptor } from './pipeline/producer-interceptor.js';

// Observe
export type {
  AfterTransactionFailed,
  DeliveryFailed,
  EmitFailed,
  KafkaProducerChannels,
  ProducerClosed,
  TransactionSettled,
  TransactionsSetApart,
} from './observability/channels.js';
export type { PausedPartition } from './observability/paused-partitions.js';
export type { PipelineState, PipelineStats } from './pipeline/pipeline-stats.js';
