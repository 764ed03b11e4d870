import { Scope, type FactoryProvider, type Logger } from '@nestjs/common';
import { ModuleRef, ModulesContainer, REQUEST, type ApplicationConfig } from '@nestjs/core';

import { KafkaProducerService } from './kafka-producer.service.js';
import {
  getKafkaProducerToken,
  OWN_PRODUCER,
  REQUEST_SCOPES,
  RESOLVED_OPTIONS,
  SCOPED_ROUTES,
} from './kafka-producer.tokens.js';
import { publish } from './observability/channels.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import { getRequestKafkaProducerToken } from './scope/inject-request-producer.decorator.js';
import { ApplicationScopeInterceptor } from './scope/kafka-scope.interceptor.js';
import { RequestKafkaProducer } from './scope/request-kafka-producer.js';
import { RequestScopes } from './scope/request-scopes.js';
import { SCOPED_MODULE, type ScopedModule } from './scope/scoped-module.js';
import { ScopedRoutes } from './scope/scoped-routes.js';

/** What a module needs for its scopes. */
export function scopeProviders(name: string, logger: Logger): FactoryProvider[] {
  const token = getKafkaProducerToken(name);
  return [
    { provide: REQUEST_SCOPES, useFactory: () => requestScopes(name, logger) },
    {
      provide: SCOPED_MODULE,
      inject: [RESOLVED_OPTIONS, OWN_PRODUCER, ModuleRef],
      useFactory: (
        { requestScope }: ResolvedOptions,
        own: KafkaProducerService,
        moduleRef: ModuleRef,
      ): ScopedModule => {
        let producer: KafkaProducerService | undefined;
        return { name, requestScope, producer: () => (producer ??= givenOut(moduleRef, token, own)) };
      },
    },
    {
      provide: SCOPED_ROUTES,
      inject: [SCOPED_MODULE, ModuleRef, ModulesContainer],
      useFactory: (module: ScopedModule, moduleRef: ModuleRef, modules: ModulesContainer): ScopedRoutes | null => {
        if (module.requestScope === undefined) return null;
        const interceptor = new ApplicationScopeInterceptor(module, modules);
        configOf(moduleRef).addGlobalInterceptor(interceptor);
        return new ScopedRoutes(module, interceptor);
      },
    },
    {
      provide: getRequestKafkaProducerToken(name),
      scope: Scope.REQUEST,
      inject: [token, REQUEST],
      useFactory: (producer: KafkaProducerService, request: unknown) => new RequestKafkaProducer(producer, request),
    },
  ];
}

/** What fails when its request has failed already, or is over, goes to the log and to the channel. Records of one batch fail with the same error: one line for all. */
function requestScopes(producer: string, logger: Logger): RequestScopes {
  const told = new WeakSet<Error>();
  return new RequestScopes(({ topic, recordCount, error: reason }) => {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    if (!told.has(error)) {
      told.add(error);
      logger.error(
        `Of a request that had failed or had ended, what it emitted to topic '${topic}' was not delivered: ${error.message}`,
      );
    }
    publish('nestjs-kafka-producer:emit-failed', { producer, topic, recordCount, error });
  });
}

/** A test may have put a producer of its own under the token, which then finds its scopes open; anything else has none. */
function givenOut(
  moduleRef: ModuleRef,
  token: ReturnType<typeof getKafkaProducerToken>,
  own: KafkaProducerService,
): KafkaProducerService {
  try {
    const given: unknown = moduleRef.get(token, { strict: true });
    return given instanceof KafkaProducerService ? given : own;
  } catch {
    return own;
  }
}

/**
 * By which an interceptor can be added only when there is something to intercept, unlike a provider of APP_INTERCEPTOR.
 *
 * That is declared before the options are known, and with any interceptor at all Nest takes a longer way through every request; and one whose options depend on
 * the request would fail before that could be explained.
 */
export function configOf(moduleRef: ModuleRef): ApplicationConfig {
  const container = Reflect.get(moduleRef, 'container') as
    { readonly applicationConfig?: ApplicationConfig } | undefined;
  const config = container?.applicationConfig;
  if (typeof config?.addGlobalInterceptor !== 'function') {
    throw new Error(
      'requestScope needs @nestjs/core 11 or 12. Check the installed version, or put @KafkaScope() on the controllers.',
    );
  }
  return config;
}
