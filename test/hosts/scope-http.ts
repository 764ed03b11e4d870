import { Controller, Get, Headers, Inject, NotFoundException, Req, Res, Sse, StreamableFile } from '@nestjs/common';
import type { EmbeddedKafka } from 'embedded-kafka';
import { deepStrictEqual, doesNotMatch, rejects, strictEqual } from 'node:assert';
import { KafkaScope } from 'nestjs-kafka-producer';
import { from, of, type Observable } from 'rxjs';
import {
  committedIn,
  eventsOf,
  heldUntilAcknowledged,
  IMPATIENT,
  producers,
  serving,
  valuesIn,
  type Adapter,
  type Events,
  type Options,
  type ScopeCase,
} from './scope-case.js';

/** An application with one controller, whose handlers emit through a service. */
function shop(topic: string) {
  const OfTopic = eventsOf(topic);
  @Controller()
  class ShopController {
    constructor(@Inject(OfTopic) readonly events: Events) {}

    @Get('one')
    async one(): Promise<string> {
      return this.events.happened('one');
    }

    @Get('absent')
    async absent(): Promise<string> {
      await this.events.happened('absent');
      throw new NotFoundException();
    }

    @Get('observable')
    observable(): Observable<string> {
      return from(this.events.happened('observable'));
    }

    @Get('file')
    async file(): Promise<StreamableFile> {
      return new StreamableFile(Buffer.from(await this.events.happened('file')));
    }

    @Get('by-itself')
    async byItself(@Res() response: { send(body: string): void }): Promise<void> {
      response.send(await this.events.happened('by itself'));
    }

    @Get('passthrough')
    async passthrough(@Res({ passthrough: true }) _response: object): Promise<string> {
      return this.events.happened('passthrough');
    }

    @Sse('stream')
    stream(): Observable<{ data: string }> {
      return of({ data: 'a' }, { data: 'b' });
    }
  }
  return { controllers: [ShopController], providers: [OfTopic] };
}

function on(adapter: Adapter) {
  const start = <T>(
    kafka: EmbeddedKafka,
    topic: string,
    options: Options,
    work: (get: (path: string) => Promise<Response>) => Promise<T>,
  ): Promise<T> => {
    const metadata = { imports: [producers(kafka, options)], ...shop(topic) };
    return serving(metadata, (url) => work((path) => fetch(`${url}/${path}`)), { adapter });
  };
  const textOf = async (answer: Response | Promise<Response>): Promise<string> => (await answer).text();

  const held = ['one', 'observable', 'file', 'passthrough'].map((path): ScopeCase => ({
    name: `${adapter}: the response waits for what was emitted, /${path}`,
    run: (kafka, topic) =>
      start(kafka, topic, { requestScope: {} }, async (get) => {
        await heldUntilAcknowledged(kafka, topic, async () => strictEqual(await textOf(get(path)), path));
        deepStrictEqual(await valuesIn(kafka, topic), [path]);
      }),
  }));

  const failing = (
    [
      ['NOT_ENOUGH_REPLICAS', 503],
      ['TOPIC_AUTHORIZATION_FAILED', 500],
    ] as const
  ).map(([errorCode, status]): ScopeCase => ({
    name: `${adapter}: ${errorCode} fails the request with ${status}, which names no topic`,
    run: (kafka, topic) =>
      start(kafka, topic, { requestScope: {}, ...IMPATIENT }, async (get) => {
        kafka.faults.onRequest('Produce', { topic, action: { errorCode } });
        const answer = await get('one');
        strictEqual(answer.status, status);
        doesNotMatch(await answer.text(), new RegExp(topic));
      }),
  }));

  const others: ScopeCase[] = [
    {
      name: `${adapter}: the error of the handler is the answer, and what it had emitted is delivered`,
      run: (kafka, topic) =>
        start(kafka, topic, { requestScope: {} }, async (get) => {
          strictEqual((await get('absent')).status, 404);
          deepStrictEqual(await valuesIn(kafka, topic), ['absent']);
        }),
    },
    {
      name: `${adapter}: a handler that answers by itself waits for itself`,
      run: (kafka, topic) =>
        start(kafka, topic, { requestScope: {} }, async (get) =>
          heldUntilAcknowledged(kafka, topic, async () => strictEqual(await textOf(get('by-itself')), 'by itself')),
        ),
    },
    {
      name: `${adapter}: a stream is a stream`,
      run: (kafka, topic) =>
        start(kafka, topic, { requestScope: {} }, async (get) => {
          const events = (await textOf(get('stream'))).match(/^data: .*/gm);
          deepStrictEqual(events, ['data: a', 'data: b']);
        }),
    },
    {
      name: `${adapter}: a transactional request with a stream or @Res() beside it does not start`,
      run: (kafka, topic) =>
        rejects(
          start(kafka, topic, { requestScope: { transactional: true } }, async () => {}),
          /ShopController\.byItself cannot be decorated: it answers by itself[\s\S]*ShopController\.stream cannot be decorated: it is a stream/,
        ),
    },
    { name: `${adapter}: a transactional request is committed before the response, or not at all`, run: transactional },
    { name: `${adapter}: records inherit what the allow-list names of their own request`, run: headers },
  ];

  async function transactional(kafka: EmbeddedKafka, topic: string): Promise<void> {
    const OfTopic = eventsOf(topic);
    @Controller()
    @KafkaScope({ transactional: true })
    class UnitController {
      constructor(@Inject(OfTopic) readonly events: Events) {}

      @Get('place')
      async place(): Promise<string> {
        return this.events.happened('placed');
      }

      @Get('refuse')
      async refuse(): Promise<string> {
        await this.events.happened('refused');
        throw new NotFoundException();
      }
    }
    const metadata = { imports: [producers(kafka)], controllers: [UnitController], providers: [OfTopic] };
    await serving(
      metadata,
      async (url) => {
        strictEqual((await fetch(`${url}/refuse`)).status, 404);
        const ended = kafka.requests('EndTxn').length;
        strictEqual(await textOf(fetch(`${url}/place`)), 'placed');
        strictEqual(kafka.requests('EndTxn').length, ended + 1);
        deepStrictEqual(await committedIn(kafka, topic, 1), ['placed']);
      },
      { adapter },
    );
  }

  async function headers(kafka: EmbeddedKafka, topic: string): Promise<void> {
    const OfTopic = eventsOf(topic);
    @Controller()
    class HeadersController {
      constructor(@Inject(OfTopic) readonly events: Events) {}

      @Get()
      async echo(@Headers('x-correlation-id') id: string, @Req() _request: object): Promise<string> {
        return this.events.happened(id);
      }
    }
    const options: Options = {
      propagateHeaders: ['traceparent', 'X-Correlation-Id'],
      defaultHeaders: ({ scope }) => ({ tenant: scope?.headers['x-tenant'], absent: scope?.headers['absent'] }),
    };
    const metadata = { imports: [producers(kafka, options)], controllers: [HeadersController], providers: [OfTopic] };
    const ids = Array.from({ length: 20 }, (_, index) => `r-${index}`);
    await serving(
      metadata,
      (url) =>
        Promise.all(
          ids.map((id) =>
            textOf(
              fetch(url, {
                headers: { 'x-correlation-id': id, traceparent: `00-${id}`, 'x-tenant': `t-${id}`, cookie: 'secret' },
              }),
            ),
          ),
        ),
      { adapter },
    );
    const records = await kafka.recordsIn(topic);
    strictEqual(records.length, ids.length);
    for (const { value, headers: found } of records) {
      const texts = Object.fromEntries(found.map(({ key, value: header }) => [key, String(header)]));
      deepStrictEqual(texts, {
        traceparent: `00-${String(value)}`,
        'X-Correlation-Id': String(value),
        tenant: `t-${String(value)}`,
      });
    }
  }

  return [...held, ...failing, ...others];
}

/** Express and Fastify, each with the same edges. */
export const httpScopes: readonly ScopeCase[] = [...on('express'), ...on('fastify')];
