import { ModuleRef } from '@nestjs/core';
import type { FactoryProvider, Logger } from '@nestjs/common';
import { loadCrc32c } from 'kafka-wire';

import { createBrokerCluster } from './cluster/broker-cluster.js';
import type { Cluster } from './cluster/cluster.js';
import { ContainerInterceptors } from './kafka-producer.interceptors.js';
import { createPipeline, pipelineSettings } from './kafka-producer.pipeline.js';
import { RegisteredModules } from './kafka-producer.registration.js';
import type { ServiceIntake } from './kafka-producer.service.js';
import {
  GIVEN_OPTIONS,
  INTERCEPTORS,
  KAFKA_CLUSTER,
  PRODUCER_PIPELINE,
  REQUEST_SCOPES,
  RESOLVED_OPTIONS,
  TRANSACTIONS,
} from './kafka-producer.tokens.js';
import { transactionListener } from './kafka-producer.transactions.js';
import { resolveOptions, type OptionsContext, type ResolvedOptions } from './options/resolve-options.js';
import { InterceptedPipeline } from './pipeline/intercepted-pipeline.js';
import type { ProducerPipeline } from './pipeline/producer-pipeline.js';
import type { RequestScopes } from './scope/request-scopes.js';
import { systemClock } from './support/clock.js';
import { TransactionEngine } from './transactions/transaction-engine.js';

/** The parts of a module below its service, in the order of a record's path. */
export function partProviders(name: string, context: OptionsContext, logger: Logger): FactoryProvider[] {
  return [
    {
      provide: RESOLVED_OPTIONS,
      inject: [GIVEN_OPTIONS],
      useFactory: (given: unknown) => resolveOptions(given, { ...context, module: name }),
    },
    {
      provide: KAFKA_CLUSTER,
      inject: [RESOLVED_OPTIONS],
      useFactory: ({ client, producer }: ResolvedOptions): Cluster =>
        createBrokerCluster({ ...producer, client }, systemClock, (level, message) => logger[level](message)),
    },
    {
      provide: PRODUCER_PIPELINE,
      inject: [RESOLVED_OPTIONS, KAFKA_CLUSTER, REQUEST_SCOPES],
      useFactory: async (options: ResolvedOptions, cluster: Cluster, scopes: RequestScopes) =>
        createPipeline(name, pipelineSettings(options, await loadCrc32c(), scopes), cluster),
    },
    {
      provide: TRANSACTIONS,
      inject: [RESOLVED_OPTIONS, KAFKA_CLUSTER, PRODUCER_PIPELINE, INTERCEPTORS, RegisteredModules, REQUEST_SCOPES],
      useFactory: async (
        options: ResolvedOptions,
        cluster: Cluster,
        pipeline: ProducerPipeline,
        interceptors: ContainerInterceptors,
        modules: RegisteredModules,
        scopes: RequestScopes,
      ) => {
        const settings = {
          producer: name,
          transactions: options.transactions,
          pipeline: pipelineSettings(options, await loadCrc32c(), scopes),
        };
        const plain = intakeOf(pipeline, interceptors);
        const { ambient } = modules;
        const listener = transactionListener(name, logger);
        return new TransactionEngine(settings, {
          cluster,
          clock: systemClock,
          ambient,
          plain,
          interceptors: interceptors.isEmpty ? undefined : interceptors.get,
          listener,
        });
      },
    },
    {
      provide: INTERCEPTORS,
      inject: [RESOLVED_OPTIONS, ModuleRef],
      useFactory: ({ interceptors }: ResolvedOptions, moduleRef: ModuleRef) =>
        new ContainerInterceptors(name, interceptors, moduleRef, logger),
    },
  ];
}

/** Where the service gives its records. */
export function intakeOf(pipeline: ProducerPipeline, interceptors: ContainerInterceptors): ServiceIntake {
  return interceptors.isEmpty ? pipeline : new InterceptedPipeline(pipeline, interceptors.get);
}
