import { Controller, Inject, Module, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  type AsyncMicroserviceOptions,
  type KafkaContext,
} from '@nestjs/microservices';
import { KafkaProducerModule, KafkaProducerService, type KafkaProducerOptions } from 'nestjs-kafka-producer';
import { ExactlyOnceKafkaServer, type ExactlyOnceKafkaOptions } from 'nestjs-kafka-producer/microservices';

export type Handle = (value: never, context: KafkaContext, producer: KafkaProducerService) => unknown;

/** A controller that does what a test says with the events of a topic, or with requests. */
export function handlerOf(topic: string, handle: Handle, pattern: 'event' | 'request' = 'event'): Type {
  @Controller()
  class Handler {
    constructor(@Inject(KafkaProducerService) private readonly producer: KafkaProducerService) {}

    @((pattern === 'event' ? EventPattern(topic) : MessagePattern(topic)) as MethodDecorator)
    on(@Payload() value: never, @Ctx() context: KafkaContext): unknown {
      return handle(value, context, this.producer);
    }
  }
  return Handler;
}

export interface WorkerOptions extends Omit<KafkaProducerOptions, 'client'> {
  readonly controllers: Type[];
  readonly server: Omit<ExactlyOnceKafkaOptions, 'producer'>;
  readonly clientId?: string;
}

/** A consumer of a test: quick to notice what happens to its group. */
export const QUICK = {
  maxWaitTimeInMs: 100,
  heartbeatInterval: 100,
  sessionTimeout: 6_000,
  rebalanceTimeout: 10_000,
  retry: { initialRetryTime: 50, maxRetryTime: 500 },
};

/** A microservice whose handlers are exactly once, listening. */
export async function startWorker(
  bootstrap: readonly string[],
  { controllers, server, clientId = 'worker', ...options }: WorkerOptions,
): Promise<INestMicroservice> {
  @Module({
    imports: [KafkaProducerModule.forRoot({ client: { clientId, brokers: [...bootstrap] }, ...options })],
    controllers,
  })
  class Worker {}
  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(Worker, {
    logger: false,
    inject: [KafkaProducerService],
    useFactory: (producer: KafkaProducerService) => ({
      strategy: new ExactlyOnceKafkaServer({
        producer,
        ...server,
        consumer: { ...QUICK, ...server.consumer },
      }),
    }),
  });
  await app.listen();
  return app;
}
