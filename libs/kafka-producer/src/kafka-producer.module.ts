import { Logger, Module, type DynamicModule, type FactoryProvider, type Provider } from '@nestjs/common';
import { DiscoveryModule, ModuleRef } from '@nestjs/core';

import type { Cluster } from './cluster/cluster.js';
import { DecoratedHosts } from './decorators/decorated-hosts.js';
import { lendClient } from './kafka-producer.client-settings.js';
import { asyncOptionsProviders, type KafkaProducerModuleAsyncOptions } from './kafka-producer.async-options.js';
import { extraProblems, EXTRAS, type KafkaProducerModuleExtras } from './kafka-producer.extras.js';
import type { ContainerInterceptors } from './kafka-producer.interceptors.js';
import { KafkaProducerLifecycle } from './kafka-producer.lifecycle.js';
import { intakeOf, partProviders } from './kafka-producer.parts.js';
import { KafkaProducerRegistration, RegisteredModules } from './kafka-producer.registration.js';
import { ScopedRoutesModule } from './kafka-producer.routes.js';
import { scopeProviders } from './kafka-producer.scope.js';
import { KafkaProducerService } from './kafka-producer.service.js';
import { topicProviders } from './kafka-producer.topics.js';
import {
  DEFAULT_PRODUCER,
  getKafkaProducerToken,
  GIVEN_OPTIONS,
  INTERCEPTORS,
  KAFKA_CLUSTER,
  loggerContext,
  OWN_PRODUCER,
  PRODUCER_PIPELINE,
  REQUEST_SCOPES,
  RESOLVED_OPTIONS,
  TRANSACTIONS,
} from './kafka-producer.tokens.js';
import type { KafkaProducerOptions } from './options/module.options.js';
import type { OptionsContext, ResolvedOptions } from './options/resolve-options.js';
import type { ProducerPipeline } from './pipeline/producer-pipeline.js';
import { getRequestKafkaProducerToken } from './scope/inject-request-producer.decorator.js';
import type { RequestScopes } from './scope/request-scopes.js';
import type { AnyTopicContract } from './topics/define-topic.js';
import type { TransactionEngine } from './transactions/transaction-engine.js';

/**
 * Gives an application a Kafka producer: `KafkaProducerService` to inject, and what `@Emit` needs.
 *
 * This is the only place where the parts are put together. Factories make objects and connect nothing; the lifecycle does.
 */
@Module({})
export class KafkaProducerModule {
  /**
   * @example
   * ```ts
   * KafkaProducerModule.forRoot({ client: { clientId: 'order-service', brokers: ['localhost:9092'] } })
   * ```
   */
  static forRoot(options: KafkaProducerOptions & KafkaProducerModuleExtras): DynamicModule {
    const calledAt = callSite();
    const problems = extraProblems(options ?? {});
    const extras: KafkaProducerModuleExtras = problems.length === 0 ? (options ?? {}) : {};
    return dynamicModule(extras, {
      given: [{ provide: GIVEN_OPTIONS, useValue: options }],
      context: { beside: EXTRAS, problems },
      calledAt,
    });
  }

  /**
   * As `forRoot()`, with options from a factory, or from a class that implements `KafkaProducerOptionsFactory`.
   *
   * @throws InvalidOptionsError when it does not say how the options are made
   */
  static forRootAsync(options: KafkaProducerModuleAsyncOptions): DynamicModule {
    const calledAt = callSite();
    const given = asyncOptionsProviders(options);
    return dynamicModule(options, { given, imports: options.imports ?? [], context: {}, calledAt });
  }

  /**
   * For the module that injects topics: `@InjectTopic(orderPlaced) placed: TopicProducer<OrderPlaced>`. Each contract may be given in several modules.
   *
   * @throws InvalidOptionsError for what is no contract
   */
  static forFeature(contracts: readonly AnyTopicContract[]): DynamicModule {
    return { module: KafkaProducerModule, ...topicProviders(contracts) };
  }
}

/** What one registration brings along. */
interface Registered {
  readonly given: readonly Provider[];
  readonly imports?: NonNullable<DynamicModule['imports']>;
  readonly context: OptionsContext;
  readonly calledAt: string;
}

function dynamicModule(
  { name = DEFAULT_PRODUCER, isGlobal = true }: KafkaProducerModuleExtras,
  { given, imports = [], context, calledAt }: Registered,
): DynamicModule {
  const token = getKafkaProducerToken(name);
  return {
    module: KafkaProducerModule,
    global: isGlobal,
    imports: [DiscoveryModule, ScopedRoutesModule, ...imports],
    providers: [
      ...given,
      { provide: KafkaProducerRegistration, useValue: new KafkaProducerRegistration(name, calledAt) },
      RegisteredModules,
      DecoratedHosts,
      ...partProviders(name, context, loggerOf(name)),
      ...scopeProviders(name, loggerOf(name)),
      {
        provide: OWN_PRODUCER,
        inject: [PRODUCER_PIPELINE, KAFKA_CLUSTER, TRANSACTIONS, INTERCEPTORS, REQUEST_SCOPES, RESOLVED_OPTIONS],
        useFactory: (
          pipeline: ProducerPipeline,
          cluster: Cluster,
          transactions: TransactionEngine,
          interceptors: ContainerInterceptors,
          scopes: RequestScopes,
          { client }: ResolvedOptions,
        ) => {
          const intake = intakeOf(pipeline, interceptors);
          return lendClient(new KafkaProducerService(pipeline, cluster, transactions, intake, scopes), client);
        },
      },
      { provide: token, inject: [OWN_PRODUCER], useFactory: (producer: KafkaProducerService) => producer },
      lifecycleProvider(name, token),
    ],
    exports: [token, getRequestKafkaProducerToken(name)],
  };
}

function lifecycleProvider(name: string, token: ReturnType<typeof getKafkaProducerToken>): FactoryProvider {
  return {
    provide: KafkaProducerLifecycle,
    inject: [
      RESOLVED_OPTIONS,
      KAFKA_CLUSTER,
      PRODUCER_PIPELINE,
      TRANSACTIONS,
      OWN_PRODUCER,
      DecoratedHosts,
      RegisteredModules,
      ModuleRef,
      INTERCEPTORS,
    ],
    useFactory: (
      options: ResolvedOptions,
      cluster: Cluster,
      pipeline: ProducerPipeline,
      transactions: TransactionEngine,
      own: unknown,
      hosts: DecoratedHosts,
      modules: RegisteredModules,
      moduleRef: ModuleRef,
      interceptors: ContainerInterceptors,
    ) => {
      const isInUse = (): boolean => own === givenOut(moduleRef, token);
      return new KafkaProducerLifecycle({
        name,
        options,
        cluster,
        pipeline,
        transactions,
        isInUse,
        hosts,
        modules,
        interceptors,
        logger: loggerOf(name),
      });
    },
  };
}

/** What the container has under the token; nothing that could be ours when that depends on the request. */
function givenOut(moduleRef: ModuleRef, token: ReturnType<typeof getKafkaProducerToken>): unknown {
  try {
    return moduleRef.get<unknown>(token, { strict: true });
  } catch {
    return undefined;
  }
}

function loggerOf(name: string): Logger {
  return new Logger(loggerContext(name));
}

/** Where the application called `forRoot()`, for the message about two modules of one name; empty where the runtime keeps no stack, or an application replaced it. */
function callSite(): string {
  const stack: unknown = new Error('a stack').stack;
  if (typeof stack !== 'string') return '';
  const [, , , caller = ''] = stack.split('\n'); // after the message: here, forRoot, its caller
  return caller.trim();
}
