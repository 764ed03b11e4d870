import { ValidationPipe, type INestMicroservice, type LogLevel, type ValidationError } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RpcException, type AsyncMicroserviceOptions } from '@nestjs/microservices';
import { KafkaProducerService } from 'nestjs-kafka-producer';
import { ExactlyOnceKafkaServer } from 'nestjs-kafka-producer/microservices';
import { SESSION_TIMEOUT_MS, type WorkerConfig } from './worker-config.js';
import { WorkerModule } from './worker.module.js';

/** Orders that nobody can read end here, as they came, with headers that say where they were and what was wrong. */
export const UNREADABLE_ORDERS = 'orders.placed.unreadable';

/** The worker as it runs in production, in the demo and in the tests. */
export async function createWorker(config: WorkerConfig, logLevels?: LogLevel[]): Promise<INestMicroservice> {
  const worker = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(WorkerModule.with(config), {
    inject: [KafkaProducerService],
    useFactory: (producer: KafkaProducerService) => ({ strategy: exactlyOnce(producer, config) }),
    abortOnError: false,
    ...(logLevels && { logger: logLevels }),
  });
  worker.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true, exceptionFactory: unreadable }));
  return worker;
}

function exactlyOnce(producer: KafkaProducerService, { groupId }: WorkerConfig): ExactlyOnceKafkaServer {
  return new ExactlyOnceKafkaServer({
    producer,
    consumer: {
      groupId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: 1_000,
      rebalanceTimeout: 10_000,
      maxWaitTimeInMs: 100,
    },
    // The group is called as it is configured, without Nest's "-server".
    postfixId: '',
    run: { partitionsConsumedConcurrently: 3 },
    // Orders of one partition that wait together are committed together.
    maxMessagesPerUnit: 20,
    redelivery: { maxAttempts: 3, deadLetterTopic: UNREADABLE_ORDERS },
  });
}

function unreadable(errors: ValidationError[]): RpcException {
  const problems = errors.flatMap(({ constraints }) => Object.values(constraints ?? {}));
  return new RpcException(`The order cannot be read: ${problems.join('; ')}`);
}
