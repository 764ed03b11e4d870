import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  UseGuards,
  UseInterceptors,
  type CanActivate,
  type NestInterceptor,
  type Type,
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
import { deepStrictEqual, ok, rejects } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import { ExactlyOnce, KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';
import { ExactlyOnceKafkaServer } from 'nestjs-kafka-producer/microservices';
import { EMPTY, firstValueFrom, lastValueFrom, of, toArray, type Observable } from 'rxjs';

/** One way to be an exactly-once handler that may depend on the version of Nest. It has topics of its own. */
export interface ExactlyOnceCase {
  readonly name: string;
  /** @throws AssertionError when it is not as it should be */
  run(kafka: EmbeddedKafka, topic: string): Promise<void>;
}

const DEADLINE_MS = 20_000;
const CONSUMER = { maxWaitTimeInMs: 50, heartbeatInterval: 100, sessionTimeout: 6_000 };

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; !(await isSo()); await delay(20)) {
    ok(Date.now() < deadline, `never: ${what}`);
  }
}

async function committedIn(kafka: EmbeddedKafka, topic: string): Promise<string[]> {
  const records = await kafka.recordsIn(topic, { isolation: 'read_committed' });
  return records.map(({ value }) => String(value));
}

const isCommitted = (kafka: EmbeddedKafka, topic: string, values: string[]) =>
  until(`${topic} has ${values.join()}`, async () => (await committedIn(kafka, topic)).join() === values.join());

/** A hybrid application: HTTP, and the handlers. Nest closes both. */
async function serving(
  kafka: EmbeddedKafka,
  topic: string,
  controller: Type,
  work: (url: string, producer: KafkaProducerService) => Promise<void>,
): Promise<void> {
  @Module({
    imports: [KafkaProducerModule.forRoot({ client: { brokers: kafka.bootstrap } })],
    controllers: [controller],
  })
  class AppModule {}
  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  app.connectMicroservice<AsyncMicroserviceOptions>(microservice(topic));
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  try {
    await work(await app.getUrl(), app.get(KafkaProducerService));
  } finally {
    await app.close();
  }
}

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
    await serving(kafka, topic, Events, async (url, producer) => {
      await producer.send({ topic, value: { id: 'a' } });
      await isCommitted(kafka, `${topic}-out`, ['a']);
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
      await isCommitted(kafka, `${topic}-out`, ['a', 'b']);
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
    await serving(kafka, topic, Requests, async () => {
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
        await isCommitted(kafka, `${topic}-out`, ['one', 'many', 'again', 'none']);
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
