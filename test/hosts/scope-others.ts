import { Controller, Get, Inject } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import type { EmbeddedKafka } from 'embedded-kafka';
import { deepStrictEqual, strictEqual } from 'node:assert';
import { KafkaScope } from 'nestjs-kafka-producer';
import { PlainDriver } from './resolvers.js';
import {
  committedIn,
  eventsOf,
  heldUntilAcknowledged,
  IMPATIENT,
  producers,
  serving,
  valuesIn,
  type Events,
  type ScopeCase,
} from './scope-case.js';

/** Two root fields, whose records go to two topics. */
function resolver(topic: string) {
  const [First, Second] = [eventsOf(topic), eventsOf(`${topic}.second`)];
  @Resolver()
  class FieldsResolver {
    constructor(
      @Inject(First) readonly one: Events,
      @Inject(Second) readonly other: Events,
    ) {}

    @Query('first')
    async first(): Promise<string> {
      return this.one.happened('first');
    }

    @Query('second')
    async second(): Promise<string> {
      return this.other.happened('second');
    }
  }
  return {
    imports: [GraphQLModule.forRoot({ driver: PlainDriver, typeDefs: 'type Query { first: String, second: String }' })],
    providers: [FieldsResolver, First, Second],
  };
}

interface Answer {
  readonly data: Readonly<Record<string, string | null>>;
  readonly errors?: readonly { readonly message: string; readonly path: readonly string[] }[];
}

const graphqlScopes: ScopeCase[] = [
  {
    name: 'GraphQL: each root field has a scope; one that fails fails alone, with a message that names no topic',
    run: async (kafka, topic) => {
      kafka.createTopic({ name: `${topic}.second` });
      const { imports, ...metadata } = resolver(topic);
      const options = { requestScope: {}, propagateHeaders: ['x-correlation-id'], ...IMPATIENT };
      await serving({ imports: [producers(kafka, options), ...imports], ...metadata }, async (url) => {
        kafka.faults.onRequest('Produce', { topic, action: { errorCode: 'NOT_ENOUGH_REPLICAS' } });
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-correlation-id': 'r-1' },
          body: JSON.stringify({ query: '{ first second }' }),
        });
        const { data, errors = [] } = (await response.json()) as Answer;
        deepStrictEqual(data, { first: null, second: 'second' });
        deepStrictEqual(
          errors.map(({ message, path }) => [message, ...path]),
          [['Service Unavailable', 'first']],
        );
        const [record] = await kafka.recordsIn(`${topic}.second`);
        deepStrictEqual(
          record!.headers.map(({ value }) => String(value)),
          ['r-1'],
        );
      });
    },
  },
];

const several: ScopeCase[] = [
  {
    name: 'two applications in one process have scopes of their own',
    run: async (kafka, topic) => {
      kafka.createTopic({ name: `${topic}.second` });
      const first = application(kafka, topic, {});
      const second = application(kafka, `${topic}.second`, {});
      await serving(first, (url) =>
        serving(second, async (other) => {
          const held = kafka.faults.onResponse('Produce', { topic, times: 1, action: 'hold' });
          const answer = fetch(url);
          await held.struck(1);
          strictEqual(await (await fetch(other)).text(), 'text');
          held.release();
          strictEqual(await (await answer).text(), 'text');
        }),
      );
    },
  },
  {
    name: 'two named producers: one scope waits for the records of both',
    run: async (kafka, topic) => {
      kafka.createTopic({ name: `${topic}.second` });
      const [First, Second] = [eventsOf(topic, 'one'), eventsOf(`${topic}.second`, 'two')];
      @Controller()
      class BothController {
        constructor(
          @Inject(First) readonly one: Events,
          @Inject(Second) readonly two: Events,
        ) {}

        @Get('local')
        @KafkaScope()
        async local(): Promise<string> {
          return `${await this.one.happened('local')} ${await this.two.happened('local')}`;
        }

        @Get('unit')
        @KafkaScope({ transactional: true, producer: 'two' })
        async unit(): Promise<string> {
          return this.two.happened('unit');
        }
      }
      const imports = ['one', 'two'].map((name) => producers(kafka, { name }));
      await serving({ imports, controllers: [BothController], providers: [First, Second] }, async (url) => {
        for (const each of [topic, `${topic}.second`]) {
          await heldUntilAcknowledged(kafka, each, async () => {
            strictEqual(await (await fetch(`${url}/local`)).text(), 'local local');
          });
        }
        const ended = kafka.requests('EndTxn').length;
        strictEqual(await (await fetch(`${url}/unit`)).text(), 'unit');
        strictEqual(kafka.requests('EndTxn').length, ended + 1);
        deepStrictEqual(await committedIn(kafka, `${topic}.second`, 3), ['local', 'local', 'unit']);
        deepStrictEqual(await valuesIn(kafka, topic), ['local', 'local']);
      });
    },
  },
];

function application(kafka: EmbeddedKafka, topic: string, requestScope: { transactional?: boolean }) {
  const OfTopic = eventsOf(topic);
  @Controller()
  class OneController {
    constructor(@Inject(OfTopic) readonly events: Events) {}

    @Get()
    async one(): Promise<string> {
      return this.events.happened('text');
    }
  }
  return { imports: [producers(kafka, { requestScope })], controllers: [OneController], providers: [OfTopic] };
}

export const otherScopes: readonly ScopeCase[] = [...graphqlScopes, ...several];
