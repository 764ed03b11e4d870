import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  UseGuards,
  UseInterceptors,
  type CanActivate,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientKafka,
  EventPattern,
  KafkaRetriableException,
  MessagePattern,
  Payload,
  RpcException,
  type AsyncMicroserviceOptions,
} from '@nestjs/microservices';
import type { EmbeddedKafka } from 'embedded-kafka';
import { deepStrictEqual, rejects } from 'node:assert';
import { ExactlyOnce, KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';
import { ExactlyOnceKafkaServer } from 'nestjs-kafka-producer/microservices';
import { EMPTY, firstValueFrom, lastValueFrom, of, toArray, type Observable } from 'rxjs';
import { committedIn, CONSUMER, serving, untilCommitted, type ExactlyOnceCase } from './exactly-once-case.js';

const microservice = (topic: string): AsyncMicroserviceOptions => ({
  inject: [KafkaProducerService],
  useFactory: (producer: KafkaProducerService) => ({
    strategy: new ExactlyOnceKafkaServer({
      producer,
      consumer: { ...CONSUMER, groupId: topic },
      redelivery: { backoffMs: 5, backoffMaxMs: 10 },
    }),
  }),
});

/** Connects what handles the messages of the topic. */
const strategy =
  (topic: string) =>
  (app: INestApplication): unknown =>
    app.connectMicroservice<AsyncMicroserviceOptions>(microservice(topic));

/** What Nest runs around a handler. */
function enhancers(calls: string[]) {
  @Injectable()
  class Guard implements CanActivate {
    canActivate(): boolean {
      calls.push('guard');
      return true;
    }
  }
  @Injectable()
  class Interceptor implements NestInterceptor {
    intercept(_context: unknown, next: { handle(): Observable<unknown> }): Observable<unknown> {
      calls.push('interceptor');
      return next.handle();
    }
  }
  return { Guard, Interceptor };
}

const events: ExactlyOnceCase = {
  name: 'events are handled once, behind guards and interceptors, beside HTTP, and @ExactlyOnce() adds nothing',
  run: async (kafka, topic) => {
    const calls: string[] = [];
    const { Guard, Interceptor } = enhancers(calls);
    @Controller()
    class Events {
      failures = 2;
      constructor(@Inject(KafkaProducerService) readonly producer: KafkaProducerService) {}

      @UseGuards(Guard)
      @UseInterceptors(Interceptor)
      @ExactlyOnce()
      @(EventPattern(topic) as MethodDecorator)
      async on(@Payload() payload: { id: string }): Promise<void> {
        await this.producer.send({ topic: `${topic}-out`, value: payload.id });
        if (this.failures-- > 0) throw new Error('not yet');
      }

      @Get()
      ready(): string {
        return 'ready';
      }
    }
    await serving(kafka, Events, strategy(topic), async (url, producer) => {
      await producer.send({ topic, value: { id: 'a' } });
      await untilCommitted(kafka, `${topic}-out`, ['a']);
      deepStrictEqual(calls, ['guard', 'interceptor', 'guard', 'interceptor', 'guard', 'interceptor']);
      deepStrictEqual(await (await fetch(url)).text(), 'ready');
    });
    deepStrictEqual(await committedIn(kafka, `${topic}-out`), ['a']);
  },
};

const microservices: ExactlyOnceCase = {
  name: 'an application that is a microservice alone handles events once, also those that return a stream',
  run: async (kafka, topic) => {
    @Controller()
    class Events {
      constructor(@Inject(KafkaProducerService) readonly producer: KafkaProducerService) {}

      @(EventPattern(topic) as MethodDecorator)
      on(@Payload() text: string): Observable<unknown> {
        void this.producer.send({ topic: `${topic}-out`, value: text });
        return text === 'a' ? EMPTY : of(1, 2);
      }
    }
    @Module({
      imports: [KafkaProducerModule.forRoot({ client: { brokers: kafka.bootstrap } })],
      controllers: [Events],
    })
    class AppModule {}
    const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(AppModule, {
      ...microservice(topic),
      logger: false,
      abortOnError: false,
    } as AsyncMicroserviceOptions);
    await app.listen();
    try {
      await app.get(KafkaProducerService).sendAll(['a', 'b'].map((value) => ({ topic, value })));
      await untilCommitted(kafka, `${topic}-out`, ['a', 'b']);
    } finally {
      await app.close();
    }
  },
};

const requests: ExactlyOnceCase = {
  name: 'requests are answered in the unit of their message; what failed sends its error and nothing else',
  run: async (kafka, topic) => {
    kafka.createTopic({ name: `${topic}.reply` });
    @Controller()
    class Requests {
      retries = 1;
      constructor(@Inject(KafkaProducerService) readonly producer: KafkaProducerService) {}

      @MessagePattern(topic)
      async on(@Payload() text: string): Promise<unknown> {
        await this.producer.send({ topic: `${topic}-out`, value: text });
        if (text === 'refused') throw new RpcException('sold out');
        if (text === 'again' && this.retries-- > 0) throw new KafkaRetriableException('not yet');
        if (text === 'many') return of('one', 'two');
        return text === 'none' ? EMPTY : { answer: text };
      }
    }
    const client = new ClientKafka({
      client: { brokers: kafka.bootstrap, clientId: 'asker' },
      consumer: { ...CONSUMER, groupId: 'askers' },
      producer: { allowAutoTopicCreation: false },
    });
    const ask = (text: string) => client.send<unknown, string>(topic, text);
    await serving(kafka, Requests, strategy(topic), async () => {
      client.subscribeToResponseOf(topic);
      await client.connect();
      try {
        deepStrictEqual(await firstValueFrom(ask('one')), { answer: 'one' });
        deepStrictEqual(await lastValueFrom(ask('many').pipe(toArray())), ['one', 'two']);
        await rejects(firstValueFrom(ask('refused')), (error: { message?: string }) => {
          deepStrictEqual(error, { status: 'error', message: 'sold out' });
          return true;
        });
        deepStrictEqual(await firstValueFrom(ask('again')), { answer: 'again' });
        await lastValueFrom(ask('none'), { defaultValue: undefined });
        await untilCommitted(kafka, `${topic}-out`, ['one', 'many', 'again', 'none']);
      } finally {
        await client.close();
      }
    });
    const replies = await kafka.recordsIn(`${topic}.reply`, { isolation: 'read_committed' });
    deepStrictEqual(replies.length, 6);
  },
};

export const exactlyOnceCases: readonly ExactlyOnceCase[] = [events, microservices, requests];

export async function runExactlyOnceCase(exactlyOnceCase: ExactlyOnceCase, kafka: EmbeddedKafka): Promise<void> {
  const topic = `exactly-once-${exactlyOnceCases.indexOf(exactlyOnceCase)}`;
  for (const name of [topic, `${topic}-out`]) kafka.createTopic({ name });
  await exactlyOnceCase.run(kafka, topic);
}
