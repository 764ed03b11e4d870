import { Controller, Get, Inject, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import type { EmbeddedKafka } from 'embedded-kafka';
import { deepStrictEqual, rejects, strictEqual } from 'node:assert';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { KafkaScope, type KafkaScopeOptions } from 'nestjs-kafka-producer';
import { defer, from, lastValueFrom, type Observable } from 'rxjs';
import { DirectTransport } from './messages.js';
import {
  committedIn,
  eventsOf,
  heldUntilAcknowledged,
  IMPATIENT,
  producers,
  serving,
  type Events,
  type Options,
  type ScopeCase,
} from './scope-case.js';

/** Handlers of messages that emit through a service. */
function consumer(topic: string, scope?: KafkaScopeOptions) {
  const OfTopic = eventsOf(topic);
  const marked: MethodDecorator = (target, key, descriptor) =>
    scope === undefined ? undefined : KafkaScope(scope)(target, key, descriptor);
  @Controller()
  class MessagesController {
    constructor(@Inject(OfTopic) readonly events: Events) {}

    @marked
    @MessagePattern('ask')
    async ask(@Payload() text: string): Promise<string> {
      return this.events.happened(text);
    }

    /** Cold: nothing happens before somebody subscribes. */
    @marked
    @MessagePattern('ask-later')
    askLater(@Payload() text: string): Observable<string> {
      return defer(() => from(this.events.happened(text)));
    }

    @marked
    @EventPattern('tell')
    async tell(@Payload() text: string): Promise<void> {
      await this.events.happened(text);
    }

    @Get()
    async route(): Promise<string> {
      return this.events.happened('route');
    }
  }
  return { controllers: [MessagesController], providers: [OfTopic] };
}

/** A hybrid application on a transport without a network. */
async function hybrid<T>(
  kafka: EmbeddedKafka,
  topic: string,
  { options, scope, inheritAppConfig }: { options?: Options; scope?: KafkaScopeOptions; inheritAppConfig?: boolean },
  work: (deliver: (pattern: string, text: string) => Promise<unknown>, url: string) => Promise<T>,
): Promise<T> {
  const strategy = new DirectTransport();
  const prepare = (app: INestApplication): void =>
    void app.connectMicroservice({ strategy }, { inheritAppConfig: inheritAppConfig ?? false });
  const metadata = { imports: [producers(kafka, options)], ...consumer(topic, scope) };
  return serving(metadata, (url) => work((pattern, text) => strategy.deliver(pattern, text), url), { prepare });
}

const PATTERNS = ['ask', 'ask-later', 'tell'];

const waiting = PATTERNS.flatMap((pattern): ScopeCase[] => [
  {
    name: `a handler of messages in a hybrid application, @KafkaScope(), ${pattern}: its end waits for what was emitted`,
    run: (kafka, topic) =>
      hybrid(kafka, topic, { scope: {} }, (deliver) =>
        heldUntilAcknowledged(kafka, topic, () => deliver(pattern, 'text')),
      ),
  },
  {
    name: `… with the application's scope inherited, ${pattern}`,
    run: (kafka, topic) =>
      hybrid(kafka, topic, { options: { requestScope: {} }, inheritAppConfig: true }, (deliver) =>
        heldUntilAcknowledged(kafka, topic, () => deliver(pattern, 'text')),
      ),
  },
  {
    name: `… not inherited, ${pattern}: each emit waits for itself`,
    run: (kafka, topic) =>
      hybrid(kafka, topic, { options: { requestScope: {} } }, (deliver) =>
        heldUntilAcknowledged(kafka, topic, () => deliver(pattern, 'text')),
      ),
  },
  {
    name: `… transactional, ${pattern}: committed before its end`,
    run: (kafka, topic) =>
      hybrid(kafka, topic, { scope: { transactional: true } }, async (deliver) => {
        const ended = kafka.requests('EndTxn').length;
        await deliver(pattern, 'text');
        strictEqual(kafka.requests('EndTxn').length, ended + 1);
        deepStrictEqual(await committedIn(kafka, topic, 1), ['text']);
      }),
  },
]);

const others: ScopeCase[] = [
  {
    name: 'a message whose emit fails fails as its transport fails',
    run: (kafka, topic) =>
      hybrid(kafka, topic, { scope: {}, options: IMPATIENT }, async (deliver) => {
        kafka.faults.onRequest('Produce', { topic, action: { errorCode: 'NOT_ENOUGH_REPLICAS' } });
        await rejects(deliver('ask', 'text'), { status: 'error', message: 'Internal server error' });
      }),
  },
  {
    name: 'the routes of a hybrid application have its scope',
    run: (kafka, topic) =>
      hybrid(kafka, topic, { options: { requestScope: {} } }, (_deliver, url) =>
        heldUntilAcknowledged(kafka, topic, async () => (await fetch(url)).text()),
      ),
  },
  { name: 'a microservice over TCP has the scope of its application', run: overTcp },
  { name: 'a consumed Kafka message hands its headers on', run: overKafka },
];

async function overTcp(kafka: EmbeddedKafka, topic: string): Promise<void> {
  const transport = { transport: Transport.TCP, options: { host: '127.0.0.1', port: await freePort() } } as const;
  const close = await listening(kafka, topic, { requestScope: {} }, transport);
  const client = ClientProxyFactory.create(transport);
  try {
    await heldUntilAcknowledged(kafka, topic, async () => {
      strictEqual(await lastValueFrom(client.send<string>('ask', 'text')), 'text');
    });
  } finally {
    await client.close();
    await close();
  }
}

async function overKafka(kafka: EmbeddedKafka, topic: string): Promise<void> {
  for (const name of PATTERNS) kafka.createTopic({ name }); // it subscribes to all of them
  const { Kafka, logLevel } = await import('kafkajs');
  const producer = new Kafka({ brokers: kafka.bootstrap, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const headers = { 'X-Correlation-Id': 'r-1', cookie: 'secret' };
  await producer.send({ topic: 'tell', messages: [{ value: 'from afar', headers }] });
  await producer.disconnect();
  const close = await listening(
    kafka,
    topic,
    { propagateHeaders: ['x-correlation-id'] },
    {
      transport: Transport.KAFKA,
      options: {
        client: { brokers: kafka.bootstrap, logLevel: logLevel.NOTHING },
        consumer: { groupId: topic },
        subscribe: { fromBeginning: true },
      },
    },
  );
  try {
    const [value] = await committedIn(kafka, topic, 1);
    strictEqual(value, 'from afar');
    const [record] = await kafka.recordsIn(topic);
    deepStrictEqual(
      record!.headers.map(({ key, value: header }) => [key, String(header)]),
      [['x-correlation-id', 'r-1']],
    );
  } finally {
    await close();
  }
}

/** @returns what ends it */
async function listening(
  kafka: EmbeddedKafka,
  topic: string,
  options: Options,
  transport: MicroserviceOptions,
): Promise<() => Promise<void>> {
  class AppModule {}
  Module({ imports: [producers(kafka, options)], ...consumer(topic) })(AppModule);
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
    ...transport,
    logger: false,
    abortOnError: false,
  });
  await app.listen();
  return () => app.close();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export const messageScopes: readonly ScopeCase[] = [...waiting, ...others];
