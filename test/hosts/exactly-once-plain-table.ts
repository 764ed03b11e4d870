import { Controller, Inject, UseFilters, type INestApplication } from '@nestjs/common';
import {
  ClientKafka,
  EventPattern,
  KafkaRetriableException,
  MessagePattern,
  Payload,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import type { EmbeddedKafka } from 'embedded-kafka';
import { deepStrictEqual, rejects } from 'node:assert';
import { ExactlyOnce, KafkaProducerService } from 'nestjs-kafka-producer';
import { exactlyOnce } from 'nestjs-kafka-producer/microservices';
import { firstValueFrom, lastValueFrom, of, toArray } from 'rxjs';
import { committedIn, CONSUMER, serving, untilCommitted, type ExactlyOnceCase } from './exactly-once-case.js';

/** Connects what handles the messages of the topic. */
const plain =
  (kafka: EmbeddedKafka, topic: string) =>
  (app: INestApplication): unknown =>
    app.connectMicroservice(
      exactlyOnce({
        transport: Transport.KAFKA,
        options: {
          client: { brokers: kafka.bootstrap },
          consumer: { ...CONSUMER, groupId: topic },
          redelivery: { backoffMs: 5, backoffMaxMs: 10, maxAttempts: 3, deadLetterTopic: `${topic}-dead` },
        },
      }),
    );

/** Would make a success of what fails. */
class AllIsWell {
  catch(): unknown {
    return of('all is well');
  }
}

const events: ExactlyOnceCase = {
  name: 'events of the plain transport are handled once, and put away once, whatever exception filters say',
  run: async (kafka, topic) => {
    @Controller()
    @UseFilters(new AllIsWell())
    class Events {
      failures = 2;
      constructor(@Inject(KafkaProducerService) readonly producer: KafkaProducerService) {}

      @ExactlyOnce()
      @(EventPattern(topic) as MethodDecorator)
      async on(@Payload() text: string): Promise<void> {
        await this.producer.send({ topic: `${topic}-out`, value: text });
        if (text === 'poison' || (text === 'b' && this.failures-- > 0)) throw new Error('not yet');
      }
    }
    await serving(kafka, Events, plain(kafka, topic), async (_url, producer) => {
      await producer.sendAll(['a', 'b', 'poison', 'c'].map((value) => ({ topic, value })));
      await untilCommitted(kafka, `${topic}-out`, ['a', 'b', 'c']);
      await untilCommitted(kafka, `${topic}-dead`, ['poison']);
    });
    // What comes up again with the same group goes on behind what was committed.
    await serving(kafka, Events, plain(kafka, topic), async (_url, producer) => {
      await producer.send({ topic, value: 'd' });
      await untilCommitted(kafka, `${topic}-out`, ['a', 'b', 'c', 'd']);
    });
    deepStrictEqual(await committedIn(kafka, `${topic}-dead`), ['poison']);
  },
};

const requests: ExactlyOnceCase = {
  name: 'requests of the plain transport are answered in the unit of their message; what failed sends its error and nothing else',
  run: async (kafka, topic) => {
    kafka.createTopic({ name: `${topic}.reply` });
    @Controller()
    class Requests {
      retries = 1;
      constructor(@Inject(KafkaProducerService) readonly producer: KafkaProducerService) {}

      @ExactlyOnce()
      @MessagePattern(topic)
      async on(@Payload() text: string): Promise<unknown> {
        await this.producer.send({ topic: `${topic}-out`, value: text });
        if (text === 'refused') throw new RpcException('sold out');
        if (text === 'again' && this.retries-- > 0) throw new KafkaRetriableException('not yet');
        return text === 'many' ? of('one', 'two') : { answer: text };
      }
    }
    const client = new ClientKafka({
      client: { brokers: kafka.bootstrap, clientId: 'asker' },
      consumer: { ...CONSUMER, groupId: `askers-of-${topic}` },
    });
    const ask = (text: string) => client.send<unknown, string>(topic, text);
    await serving(kafka, Requests, plain(kafka, topic), async () => {
      client.subscribeToResponseOf(topic);
      await client.connect();
      try {
        deepStrictEqual(await firstValueFrom(ask('one')), { answer: 'one' });
        deepStrictEqual(await lastValueFrom(ask('many').pipe(toArray())), ['one', 'two']);
        await rejects(firstValueFrom(ask('refused')), (error) => {
          deepStrictEqual(error, { status: 'error', message: 'sold out' });
          return true;
        });
        deepStrictEqual(await firstValueFrom(ask('again')), { answer: 'again' });
        await untilCommitted(kafka, `${topic}-out`, ['one', 'many', 'again']);
      } finally {
        await client.close();
      }
    });
    const replies = await kafka.recordsIn(`${topic}.reply`, { isolation: 'read_committed' });
    deepStrictEqual(replies.length, 5);
  },
};

export const plainCases: readonly ExactlyOnceCase[] = [events, requests];

export async function runPlainCase(plainCase: ExactlyOnceCase, kafka: EmbeddedKafka): Promise<void> {
  const topic = `exactly-once-plain-${plainCases.indexOf(plainCase)}`;
  for (const name of [topic, `${topic}-out`, `${topic}-dead`]) kafka.createTopic({ name });
  await plainCase.run(kafka, topic);
}
