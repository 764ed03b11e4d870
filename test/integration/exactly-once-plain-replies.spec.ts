import { Catch, Controller, UseFilters, type ExceptionFilter } from '@nestjs/common';
import {
  ClientKafka,
  Ctx,
  KafkaContext,
  KafkaHeaders,
  KafkaRetriableException,
  MessagePattern,
  Payload,
  RpcException,
} from '@nestjs/microservices';
import { logLevel } from 'kafkajs';
import { ExactlyOnce, InjectKafkaProducer, KafkaProducerService } from 'nestjs-kafka-producer';
import { lastValueFrom, of, toArray, type Observable } from 'rxjs';
import { afterEach, expect, it } from 'vitest';

import { committedRecordsIn } from '../support/batches-in.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { startPlainService, type PlainWorker } from '../support/plain-worker.js';

const PATIENCE = { timeout: 30_000, interval: 50 };

/** What a handler does with the text of a request, at its first, second… attempt. */
type Answer = (text: string, attempt: number) => unknown;

describeOnEachKafka('replies of handlers with @ExactlyOnce() on the transport of Nest', (kafka) => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

  async function newPipe(answer: Answer): Promise<Requests> {
    const input = await kafka().createTopic();
    const output = await kafka().createTopic();
    const dead = await kafka().createTopic();
    await kafka().createTopic({ name: `${input}.reply` });
    const attempts: string[] = [];
    const contexts: KafkaContext[] = [];

    @Controller()
    class Answering {
      constructor(@InjectKafkaProducer() private readonly producer: KafkaProducerService) {}

      @ExactlyOnce()
      @MessagePattern<string>(input)
      async answer(@Payload() text: string, @Ctx() context: KafkaContext): Promise<unknown> {
        attempts.push(text);
        contexts.push(context);
        await this.producer.send({ topic: output, value: text });
        return answer(text, attempts.filter((each) => each === text).length);
      }
    }
    const redelivery = { backoffMs: 5, maxAttempts: 3, deadLetterTopic: dead };
    const { bootstrap } = kafka();
    const worker = await startPlainService({ bootstrap, groupId: `group-of-${input}`, redelivery }, [Answering]);
    const client = new ClientKafka({
      client: { clientId: 'asking', brokers: [...bootstrap], logLevel: logLevel.NOTHING },
      consumer: { groupId: `asking-${input}`, maxWaitTimeInMs: 200 },
    });
    client.subscribeToResponseOf(input);
    await client.connect();
    closing.push(
      () => worker.stop(),
      () => client.close(),
    );
    const textsIn = async (topic: string): Promise<string[]> =>
      (await committedRecordsIn(bootstrap, topic)).map(({ value }) => String(value));
    return {
      worker,
      attempts,
      contexts,
      ask: (text) => lastValueFrom(client.send<unknown>(input, text).pipe(toArray())),
      outputs: () => textsIn(output),
      dead: () => textsIn(dead),
      replies: async () => (await committedRecordsIn(bootstrap, `${input}.reply`)).length,
    };
  }

  it.each<[string, unknown, unknown[]]>([
    ['an object', { stock: 3 }, [{ stock: 3 }]],
    ['a text', 'three', ['three']],
    ['nothing', undefined, [null]],
    ['what an Observable gives out', of('one', 'two'), ['one', 'two']],
  ])('gives the sender %s', async (_what, given, received) => {
    const { ask, outputs, contexts } = await newPipe(() => given);
    await expect(ask('a')).resolves.toEqual(received);
    await expect.poll(outputs, PATIENCE).toEqual(['a']);
    expect(contexts[0]!.getMessage().headers).toHaveProperty([KafkaHeaders.REPLY_TOPIC]);
  });

  it('sends one reply for a request whose handler failed before, with what the successful attempt has sent', async () => {
    const { ask, outputs, replies, attempts } = await newPipe((text, attempt) => {
      if (attempt < 3) throw new KafkaRetriableException('not yet');
      return `${text} at attempt ${attempt}`;
    });
    await expect(ask('a')).resolves.toEqual(['a at attempt 3']);
    await expect.poll(outputs, PATIENCE).toEqual(['a']);
    expect([await replies(), attempts]).toEqual([1, ['a', 'a', 'a']]);
  });

  it.each([
    ['an RpcException', new RpcException({ status: 404, message: 'gone' }), { status: 404, message: 'gone' }],
    ['any other error', new TypeError('a secret'), { status: 'error', message: 'Internal server error' }],
  ])(
    'takes %s for the answer: the sender gets it, and nothing else of the handler is seen',
    async (_what, error, told) => {
      const { ask, outputs, dead, attempts } = await newPipe((text) => {
        if (text === 'a') throw error;
        return 'found';
      });
      await expect(ask('a')).rejects.toEqual(told);
      await expect(ask('b')).resolves.toEqual(['found']);
      await expect.poll(outputs, PATIENCE).toEqual(['b']);
      expect([await dead(), attempts]).toEqual([[], ['a', 'b']]);
    },
  );

  it('tells the sender when a request is put away that was to be tried again', async () => {
    const { ask, outputs, dead, attempts } = await newPipe(() => {
      throw new KafkaRetriableException('still away');
    });
    await expect(ask('a')).rejects.toMatchObject({ message: 'still away' });
    await expect.poll(dead, PATIENCE).toEqual(['a']);
    expect([await outputs(), attempts]).toEqual([[], ['a', 'a', 'a']]);
  });

  it('is not made a success of by an exception filter that catches everything', async () => {
    const seen: unknown[] = [];
    @Catch()
    class MakesAllWell implements ExceptionFilter {
      catch(error: unknown): Observable<string> {
        seen.push(error);
        return of('all is well');
      }
    }
    const input = await kafka().createTopic();
    const attempts: string[] = [];
    @Controller()
    @UseFilters(MakesAllWell)
    class Answering {
      @ExactlyOnce()
      @MessagePattern<string>(input)
      async answer(@Payload() text: string): Promise<void> {
        attempts.push(text);
        if (attempts.length === 1) throw new Error('not yet');
      }
    }
    const { bootstrap } = kafka();
    const worker = await startPlainService({ bootstrap, groupId: `group-of-${input}`, redelivery: { backoffMs: 5 } }, [
      Answering,
    ]);
    closing.push(() => worker.stop());
    await worker.producer.send({ topic: input, value: 'a' });
    await worker.producer.send({ topic: input, value: 'b' });
    await expect.poll(() => attempts, PATIENCE).toEqual(['a', 'a', 'b']);
    expect(seen).toEqual([]);
  });
});

interface Requests {
  readonly worker: PlainWorker;
  readonly attempts: readonly string[];
  readonly contexts: readonly KafkaContext[];
  /** All that comes back. */
  readonly ask: (text: string) => Promise<unknown[]>;
  readonly outputs: () => Promise<string[]>;
  readonly dead: () => Promise<string[]>;
  readonly replies: () => Promise<number>;
}
