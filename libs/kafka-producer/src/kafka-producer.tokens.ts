import { Inject, type InjectionToken } from '@nestjs/common';

import { KafkaProducerService } from './kafka-producer.service.js';

/** The name of a module that was given none. */
export const DEFAULT_PRODUCER = 'default';

/**
 * The token of a producer, by the name of its module.
 *
 * The default one is the class itself. Any provider under the token counts for `@Emit` too, so that a REQUEST-scoped one may pick a cluster per tenant.
 */
export function getKafkaProducerToken(name: string = DEFAULT_PRODUCER): InjectionToken<KafkaProducerService> {
  return name === DEFAULT_PRODUCER ? KafkaProducerService : Symbol.for(`nestjs-kafka-producer/producer:${name}`);
}

/** Injects the producer of the module with this name. */
export function InjectKafkaProducer(name: string = DEFAULT_PRODUCER): PropertyDecorator & ParameterDecorator {
  return Inject(getKafkaProducerToken(name));
}

/** The context under which Nest's logger shows what concerns the producer of this name. */
export function loggerContext(name: string): string {
  return name === DEFAULT_PRODUCER ? 'KafkaProducer' : `KafkaProducer:${name}`;
}

/** As given by the user; each module has its own. */
export const GIVEN_OPTIONS = Symbol.for('nestjs-kafka-producer/given-options');
/** {@link ResolvedOptions} */
export const RESOLVED_OPTIONS = Symbol.for('nestjs-kafka-producer/options');
/** The port to Kafka; replaced by tests. */
export const KAFKA_CLUSTER = Symbol.for('nestjs-kafka-producer/cluster');
/** The path of the records; replaced by tests. */
export const PRODUCER_PIPELINE = Symbol.for('nestjs-kafka-producer/pipeline');
/** Its {@link TransactionEngine}. */
export const TRANSACTIONS = Symbol.for('nestjs-kafka-producer/transactions');
/** What the `interceptors` option names, once the application starts. */
export const INTERCEPTORS = Symbol.for('nestjs-kafka-producer/interceptors');
/** Its {@link RequestScopes}. */
export const REQUEST_SCOPES = Symbol.for('nestjs-kafka-producer/request-scopes');
/** Its {@link ScopedRoutes}, when it has a `requestScope`. */
export const SCOPED_ROUTES = Symbol.for('nestjs-kafka-producer/scoped-routes');
/** The service the module made, whatever a test or an application has put under the token of its name. */
export const OWN_PRODUCER = Symbol.for('nestjs-kafka-producer/own-producer');
