import 'reflect-metadata';
import { Inject, type ModuleMetadata } from '@nestjs/common';
import { GraphQLModule, Mutation, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { EmbeddedKafka } from 'embedded-kafka';
import { KafkaScope } from 'nestjs-kafka-producer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, heldUntilAcknowledged, producers, serving, valuesIn, type Events } from './scope-case.js';

const typeDefs = `
  type Order { id: String!, note: String! }
  type Query { order: Order! }
  type Mutation { place: Order!, cancel: Order! }
  type Subscription { placed: Order! }
`;

function graphql(
  resolver: new (...dependencies: never[]) => object,
  ...services: (new () => object)[]
): ModuleMetadata {
  const options: MercuriusDriverConfig = {
    driver: MercuriusDriver,
    typeDefs,
    subscription: true,
    fieldResolverEnhancers: ['interceptors'],
  };
  return { imports: [GraphQLModule.forRoot<MercuriusDriverConfig>(options)], providers: [resolver, ...services] };
}

interface Answer {
  readonly data: unknown;
  readonly errors?: readonly { readonly message: string }[];
}

async function ask(url: string, query: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as Answer;
}

describe('with mercurius', () => {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({ topics: ['roots', 'fields', 'subscribed'].map((name) => ({ name })) });
  });
  afterAll(() => kafka.stop());

  /** A field below the root emits too, with an interceptor around it. */
  function orders(): ModuleMetadata {
    const [Roots, Fields] = [eventsOf('roots'), eventsOf('fields')];
    @Resolver('Order')
    class OrdersResolver {
      constructor(
        @Inject(Roots) readonly roots: Events,
        @Inject(Fields) readonly fields: Events,
      ) {}

      @Mutation('place')
      async place(): Promise<{ id: string }> {
        return { id: await this.roots.happened('placed') };
      }

      @Mutation('cancel')
      async cancel(): Promise<{ id: string }> {
        return { id: await this.roots.happened('cancelled') };
      }

      @ResolveField('note')
      async note(): Promise<string> {
        return this.fields.happened('noted');
      }
    }
    return graphql(OrdersResolver, Roots, Fields);
  }

  it('each field of the root has a scope, which knows the headers of the request; those below wait for themselves', async () => {
    const { imports = [], ...metadata } = orders();
    const options = { propagateHeaders: ['x-correlation-id'] };
    await serving(
      { imports: [producers(kafka, options), ...imports], ...metadata },
      async (url) => {
        const query = 'mutation { place { id note } cancel { id } }';
        const call = (): Promise<Answer> => ask(url, query, { 'x-correlation-id': 'r-1' });
        const data = { place: { id: 'placed', note: 'noted' }, cancel: { id: 'cancelled' } };
        await heldUntilAcknowledged(kafka, 'roots', async () => expect(await call()).toEqual({ data }));
        await heldUntilAcknowledged(kafka, 'fields', async () => expect(await call()).toEqual({ data }));
      },
      { adapter: 'fastify' },
    );
    expect(await valuesIn(kafka, 'roots')).toEqual(['cancelled', 'cancelled', 'placed', 'placed']);
    const [record] = await kafka.recordsIn('roots');
    expect(record!.headers.map(({ key, value }) => [key, String(value)])).toEqual([['x-correlation-id', 'r-1']]);
  });

  it('a subscription cannot be a unit, and says so when the application starts', async () => {
    @Resolver()
    class Subscriptions {
      @Query('order')
      order(): { id: string } {
        return { id: 'x' };
      }

      @KafkaScope({ transactional: true })
      @Subscription('placed')
      async *placed(): AsyncGenerator<{ placed: { id: string } }> {
        yield { placed: { id: 'x' } };
      }
    }
    const { imports = [], ...metadata } = graphql(Subscriptions);
    const start = serving({ imports: [producers(kafka), ...imports], ...metadata }, async () => {}, {
      adapter: 'fastify',
    });
    await expect(start).rejects.toThrow('Subscriptions.placed cannot be decorated: it is a stream');
  });
});
