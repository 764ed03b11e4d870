import { Inject, type ClassProvider, type InjectionToken } from '@nestjs/common';

import { DEFAULT_PRODUCER, getKafkaProducerToken } from '../kafka-producer.tokens.js';
import { KafkaProducerClient, USE_PRODUCER, type ClientProducer } from './kafka-producer.client.js';

export interface ProvideClientKafkaOptions {
  /**
   * Name of the module whose producer is used.
   *
   * @defaultValue 'default'
   */
  readonly producer?: string | undefined;
}

/**
 * Puts a client in the place of Nest's `ClientKafka`: what injects the token and calls `emit()` or `emitBatch()` stays as it is and produces through
 * `KafkaProducerModule`.
 *
 * Takes the place of the entry in `ClientsModule.register()`. Export the token where other modules inject it.
 *
 * @param token as it is injected today
 */
export function provideClientKafka(
  token: InjectionToken,
  options: ProvideClientKafkaOptions = {},
): ClassProvider<KafkaProducerClient> {
  return { provide: token, useClass: clientOf(options.producer ?? DEFAULT_PRODUCER) };
}

/**
 * A class whose producer Nest injects by a property: a factory could inject it too, but Nest would name nothing but the token when it is missing. A
 * property's symbol it prints, so it says what to do.
 */
function clientOf(producer: string): new () => KafkaProducerClient {
  const module = producer === DEFAULT_PRODUCER ? '{ … }' : `{ name: '${producer}' }`;
  const slot = Symbol(`provideClientKafka: import KafkaProducerModule.forRoot(${module})`);
  class ClientOfProducer extends KafkaProducerClient {
    constructor() {
      super(producer);
    }

    set [slot](injected: ClientProducer) {
      this[USE_PRODUCER](injected);
    }
  }
  Inject(getKafkaProducerToken(producer))(ClientOfProducer.prototype, slot);
  return ClientOfProducer;
}
