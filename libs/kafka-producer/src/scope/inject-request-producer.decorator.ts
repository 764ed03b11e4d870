import { Inject, type InjectionToken } from '@nestjs/common';

import { DEFAULT_PRODUCER } from '../kafka-producer.tokens.js';
import { RequestKafkaProducer } from './request-kafka-producer.js';

/** The token of a request's façade, by the name of its module. The default one is the class itself. */
export function getRequestKafkaProducerToken(name: string = DEFAULT_PRODUCER): InjectionToken<RequestKafkaProducer> {
  return name === DEFAULT_PRODUCER
    ? RequestKafkaProducer
    : Symbol.for(`nestjs-kafka-producer/request-producer:${name}`);
}

/** Injects the {@link RequestKafkaProducer} of the module with this name. What injects it is made anew for every request. */
export function InjectRequestKafkaProducer(name: string = DEFAULT_PRODUCER): PropertyDecorator & ParameterDecorator {
  return Inject(getRequestKafkaProducerToken(name));
}
