import {
  Controller,
  Get,
  Inject,
  Injectable,
  Param,
  type INestApplication,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { ServerResponse } from 'node:http';
import { Emit, KafkaProducerModule, type ProducerInterceptor, type RecordMetadata } from 'nestjs-kafka-producer';
import { expect, it } from 'vitest';

import { batchesIn, recordsIn } from '../support/batches-in.js';
import { describeOnEachKafka, newTopicName, type TestKafka } from '../support/each-kafka.js';

const REQUESTS = 1_000;
const EMITS = ['placed', 'reserved', 'billed'] as const;

/** What happened in the application, in its order: a record of this offset was acknowledged, or the response of this request was sent. */
type Happening = { readonly acknowledged: string } | { readonly answered: string };

/** An application whose one route emits three times into `topic`; the order `refused` goes elsewhere, and fails as soon as `refusal` does. */
async function shop(
  kafka: TestKafka,
  topic: string,
  happenings: Happening[],
  refusal: Promise<string>,
): Promise<INestApplication> {
  @Injectable()
  class Orders {
    @Emit<Orders['happened']>(topic, { waitFor: 'scope', key: () => null })
    async happened(what: string, id: string): Promise<string> {
      return `${what} ${id}`;
    }

    @Emit(newTopicName(), { waitFor: 'scope' })
    async refused(id: string): Promise<string> {
      return id;
    }
  }
  @Controller()
  class OrdersController {
    private arrived = 0;
    private go: () => void = () => {};
    private readonly allThere = new Promise<void>((resolve) => (this.go = resolve));

    constructor(@Inject(Orders) private readonly orders: Orders) {}

    @Get(':id')
    async place(@Param('id') id: string): Promise<string> {
      if (id === 'refused') return this.orders.refused(id);
      // At a time is meant: how many are there at once must not depend on how fast this machine takes them in.
      if (++this.arrived === REQUESTS) this.go();
      await this.allThere;
      for (const what of EMITS) await this.orders.happened(what, id);
      return id;
    }
  }
  class Watcher implements ProducerInterceptor {
    onAcknowledgement(metadata: RecordMetadata | undefined): void {
      if (metadata?.offset !== undefined) happenings.push({ acknowledged: metadata.offset });
    }
  }
  class AppModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      const watch = (request: { originalUrl: string }, response: ServerResponse, next: () => void): void => {
        // Written is what counts: a response that has begun cannot be taken back.
        const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
        response.writeHead = (...args: unknown[]) => {
          happenings.push({ answered: request.originalUrl.slice(1) });
          return writeHead(...args);
        };
        next();
      };
      consumer.apply(watch).forRoutes('*path');
    }
  }
  const module = await Test.createTestingModule({
    imports: [
      AppModule,
      KafkaProducerModule.forRoot({
        client: { brokers: kafka.bootstrap },
        interceptors: [Watcher],
        propagateHeaders: ['x-correlation-id', 'traceparent'],
        serializers: { value: { serialize: (value) => (value === 'refused' ? refusal : String(value)) } },
      }),
    ],
    controllers: [OrdersController],
    providers: [Orders, Watcher],
  }).compile();
  const app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  return app;
}

function get(url: string, id: string): Promise<Response> {
  return fetch(`${url}/${id}`, { headers: { 'x-correlation-id': id, traceparent: `00-${id}-01` } });
}

describeOnEachKafka(`${REQUESTS} requests at a time, three emits each`, (kafka) => {
  it('share their produce requests, and each is answered after its own acknowledgements and nobody else’s', async () => {
    const topic = await kafka().createTopic({ partitions: 1 });
    const happenings: Happening[] = [];
    let refuse!: (reason: Error) => void;
    const refusal = new Promise<string>((_, reject) => (refuse = reject));
    const app = await shop(kafka(), topic, happenings, refusal);
    const url = await app.getUrl();
    const ids = Array.from({ length: REQUESTS }, (_, index) => `r-${index}`);

    let isRefusedAnswered = false;
    const refused = get(url, 'refused').finally(() => (isRefusedAnswered = true));
    const answers = await Promise.all(ids.map(async (id) => (await get(url, id)).text()));
    expect({ answers, isRefusedAnswered }).toEqual({ answers: ids, isRefusedAnswered: false });
    refuse(new Error('not this one'));
    expect((await refused).status).toBe(500);
    await app.close();

    const records = await recordsIn(kafka().bootstrap, topic);
    expect(records).toHaveLength(REQUESTS * EMITS.length);
    expect((await batchesIn(kafka().bootstrap, topic)).length).toBeLessThanOrEqual(records.length / 5);
    // A request has one batch of a partition at most; the embedded cluster counts the requests themselves.
    const requests = kafka().embedded?.requests('Produce').length ?? 0;
    expect(requests).toBeLessThanOrEqual(records.length / 5);

    const offsetsOf = new Map<string, string[]>(ids.map((id) => [id, []]));
    for (const { value, headers, offset } of records) {
      const id = String(value).split(' ')[1]!;
      offsetsOf.get(id)?.push(String(offset));
      expect(headers.map(({ key, value: text }) => [key, String(text)])).toEqual([
        ['x-correlation-id', id],
        ['traceparent', `00-${id}-01`],
      ]);
    }
    expectAnswersAfterAcknowledgements(happenings, offsetsOf);
  });
});

function expectAnswersAfterAcknowledgements(
  happenings: readonly Happening[],
  offsetsOf: ReadonlyMap<string, readonly string[]>,
): void {
  const acknowledged = new Set<string>();
  const early: string[] = [];
  let answered = 0;
  for (const each of happenings) {
    if ('acknowledged' in each) acknowledged.add(each.acknowledged);
    else if (offsetsOf.has(each.answered)) {
      answered++;
      if (!offsetsOf.get(each.answered)!.every((offset) => acknowledged.has(offset))) early.push(each.answered);
    }
  }
  expect({ early, answered }).toEqual({ early: [], answered: offsetsOf.size });
}
