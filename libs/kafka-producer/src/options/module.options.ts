import type { InterceptorClass } from '../pipeline/producer-interceptor.js';
import type { DefaultHeaders } from '../serialization/default-headers.js';
import type { Serializer } from '../serialization/serializer.js';
import type { ClientOptions } from './client.options.js';
import { ClassList, Milliseconds, NameList, ObjectWith, OneOf, OptionalFunction } from './option-rules.js';
import type { ProducerOptions } from './producer.options.js';
import type { RequestScopeOptions } from './request-scope.options.js';
import type { TransactionOptions } from './transaction.options.js';

/** When the module connects. */
export type ConnectPolicy = 'lazy' | 'background' | 'eager';

/** What stands beside the groups `client`, `producer` and `serializers`. */
export class LifecycleOptions {
  /**
   * When the first connection is made.
   *
   * `'background'`: when the application starts, which neither waits for it nor fails because of it. `'lazy'`: with the first record. `'eager'`: the
   * application waits for a broker up to `connectTimeoutMs`, and does not start without one: `ClusterUnreachableError`. Both connect after every
   * `onModuleInit` of the application, so that a start which fails there leaves no connection open.
   *
   * @defaultValue 'background'
   */
  @OneOf('lazy', 'background', 'eager')
  readonly connect: ConnectPolicy = 'background';

  /**
   * How long the first connection may take: the start fails after it with `connect: 'eager'`, a warning is logged with `'background'`.
   *
   * Unit: milliseconds.
   *
   * @defaultValue 10000
   */
  @Milliseconds(1)
  readonly connectTimeoutMs: number = 10_000;

  /**
   * How long the application's shutdown waits for records that were accepted and are not acknowledged. What is left then is reported.
   *
   * Unit: milliseconds. `0` gives them up at once. A signal shuts the application down only after `app.enableShutdownHooks()`; without it a signal ends
   * the process before any code runs, so buffered records are lost and nothing can be reported.
   *
   * @defaultValue 10000
   */
  @Milliseconds()
  readonly shutdownTimeoutMs: number = 10_000;

  /**
   * Headers for every record that does not name them itself.
   *
   * Called once per record, when it is made, in the caller's async context; for the records of a long `sendAll()` in that context, but in later turns of the
   * event loop. Returns a plain object or `undefined`, and at once: what it throws, or returns instead, fails that record. A header that is `undefined` is left
   * out. `scope` is the request the record belongs to, with all its headers, and `undefined` outside of any scope.
   *
   * A record's own headers go before those of its contract, those before what this returns, and this before `propagateHeaders`.
   *
   * @defaultValue undefined
   */
  @OptionalFunction()
  readonly defaultHeaders: DefaultHeaders | undefined = undefined;

  /**
   * Names of headers that records inherit from the request they belong to: of the HTTP request, the consumed Kafka message, the metadata of gRPC, or what
   * `runInScope()` was given. No other header is ever copied.
   *
   * Names are found in any case and written as they stand here. Read when a record is made. With at least one name every request gets a scope, as with
   * `requestScope: {}`. What stands on the record, in its contract or in `defaultHeaders` goes before it.
   *
   * @defaultValue []
   */
  @NameList()
  readonly propagateHeaders: readonly string[] = [];

  /**
   * Turns the name of a topic in the program into its name in Kafka: for prefixes of stages or tenants.
   *
   * Called once per record, at the call that sends it and in the caller's async context. What it throws, or returns that is no name of a topic, fails that
   * record.
   *
   * @defaultValue undefined
   */
  @OptionalFunction()
  readonly resolveTopic: ((name: string) => string) | undefined = undefined;

  /**
   * Classes whose instances see every record before it is serialised, and its acknowledgement or error.
   *
   * Each comes from the container; one that no module provides is constructed by Nest. In their order, for both. They are there from `onModuleInit()` on; one
   * that depends on the request is refused at bootstrap.
   *
   * Kafka: `interceptor.classes`.
   * @defaultValue []
   */
  @ClassList()
  readonly interceptors: readonly InterceptorClass[] = [];
}

/** One serializer per field of a record. A contract's own serializer goes before `value`. */
export class SerializerOptions {
  /**
   * For keys that are not null. Serializers run before the partition is chosen, so the bytes decide.
   *
   * @defaultValue strings as UTF-8, bytes as they are, everything else refused
   */
  @ObjectWith('serialize')
  readonly key: Serializer | undefined = undefined;

  /**
   * For values that are not null.
   *
   * @defaultValue strings as UTF-8, bytes as they are, everything else as JSON
   */
  @ObjectWith('serialize')
  readonly value: Serializer | undefined = undefined;

  /**
   * For each value of a header that is not null.
   *
   * @defaultValue strings as UTF-8, bytes as they are, everything else refused
   */
  @ObjectWith('serialize')
  readonly header: Serializer | undefined = undefined;
}

/** Every option may be left out or be `undefined`, which means its default. */
export type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What `KafkaProducerModule.forRoot()` is given. */
export interface KafkaProducerOptions extends Given<LifecycleOptions> {
  readonly client: Given<ClientOptions> & Pick<ClientOptions, 'brokers'>;
  readonly producer?: Given<ProducerOptions> | undefined;
  readonly transactions?: Given<TransactionOptions> | undefined;
  readonly serializers?: Given<SerializerOptions> | undefined;
  /** Opens a scope around every request and message. Left out, only what says `@KafkaScope()` has one. */
  readonly requestScope?: Given<RequestScopeOptions> | undefined;
}
