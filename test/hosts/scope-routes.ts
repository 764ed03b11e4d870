import {
  Controller,
  Get,
  Inject,
  Module,
  Scope,
  VersioningType,
  type INestApplication,
  type OnModuleInit,
} from '@nestjs/common';
import type { EmbeddedKafka } from 'embedded-kafka';
import { deepStrictEqual, strictEqual } from 'node:assert';
import {
  controllerOf,
  eventsOf,
  heldUntilAcknowledged,
  producers,
  serving,
  type Adapter,
  type Events,
  type ScopeCase,
} from './scope-case.js';
import { configOf, textOf, watchInterceptor } from './scope-interceptors.js';

function on(adapter: Adapter): ScopeCase[] {
  async function alone(kafka: EmbeddedKafka, topic: string): Promise<void> {
    const OfTopic = eventsOf(topic);
    @Controller()
    class Orders {
      constructor(@Inject(OfTopic) private readonly events: Events) {}

      @Get('one')
      async one(): Promise<string> {
        return this.events.happened('one');
      }

      @Get('now')
      now(): string {
        return 'now';
      }
    }
    const metadata = { imports: [producers(kafka, { requestScope: {} })], controllers: [Orders], providers: [OfTopic] };
    const before: { keys: PropertyKey[]; calls: { count: number } } = { keys: [], calls: { count: 0 } };
    const prepare = (app: INestApplication): void => {
      before.keys = Reflect.ownKeys(app.getHttpAdapter());
      before.calls = watchInterceptor(app);
    };
    await serving(
      metadata,
      async (url, app) => {
        await heldUntilAcknowledged(kafka, topic, async () => strictEqual(await textOf(`${url}/one`), 'one'));
        strictEqual(await textOf(`${url}/now`), 'now');
        strictEqual(before.calls.count, 0);
        // Nothing of it is left where others may see it.
        deepStrictEqual(Reflect.ownKeys(app.get(Orders)), ['events']);
        strictEqual(app.get(Orders).now(), 'now');
        const added = Reflect.ownKeys(app.getHttpAdapter()).filter((key) => !before.keys.includes(key));
        strictEqual(added.includes('get'), false);
        strictEqual(configOf(app).getGlobalInterceptors().length, 1);
      },
      { adapter, prepare },
    );
  }

  async function perRequest(kafka: EmbeddedKafka, topic: string): Promise<void> {
    const OfTopic = eventsOf(topic);
    const controllers = [
      controllerOf(OfTopic, { path: 'each', scope: Scope.REQUEST }, 'each'),
      controllerOf(OfTopic, { path: 'all' }, 'all'),
    ];
    const metadata = { imports: [producers(kafka, { requestScope: {} })], controllers, providers: [OfTopic] };
    const watched: { calls: { count: number } } = { calls: { count: 0 } };
    await serving(
      metadata,
      async (url) => {
        for (const path of ['each', 'all']) {
          await heldUntilAcknowledged(kafka, topic, async () => strictEqual(await textOf(`${url}/${path}`), path));
        }
        strictEqual(watched.calls.count, 1);
      },
      { adapter, prepare: (app) => (watched.calls = watchInterceptor(app)) },
    );
  }

  async function versioned(kafka: EmbeddedKafka, topic: string): Promise<void> {
    const OfTopic = eventsOf(topic);
    const versionOf = (version: string) => controllerOf(OfTopic, { path: 'orders', version }, `v${version}`);
    const metadata = {
      imports: [producers(kafka, { requestScope: {} })],
      controllers: [versionOf('1'), versionOf('2')],
      providers: [OfTopic],
    };
    const watched: { calls: { count: number } } = { calls: { count: 0 } };
    const prepare = (app: INestApplication): void => {
      app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
      watched.calls = watchInterceptor(app);
    };
    await serving(
      metadata,
      async (url) => {
        for (const version of ['2', '1']) {
          const get = (): Promise<string> => textOf(`${url}/api/orders`, { headers: { 'x-version': version } });
          await heldUntilAcknowledged(kafka, topic, async () => strictEqual(await get(), `v${version}`));
        }
        strictEqual(watched.calls.count, 0);
      },
      { adapter, prepare },
    );
  }

  async function twoProducers(kafka: EmbeddedKafka, topic: string): Promise<void> {
    const Orders = eventsOf(topic);
    const Audits = eventsOf(topic, 'audit');
    @Controller()
    class Both {
      constructor(
        @Inject(Orders) private readonly orders: Events,
        @Inject(Audits) private readonly audits: Events,
      ) {}

      @Get('orders')
      async placed(): Promise<string> {
        return this.orders.happened('orders');
      }

      @Get('audits')
      async audited(): Promise<string> {
        return this.audits.happened('audits');
      }
    }
    const metadata = {
      imports: [producers(kafka, { requestScope: {} }), producers(kafka, { name: 'audit', requestScope: {} })],
      controllers: [Both],
      providers: [Orders, Audits],
    };
    const watched: { calls: { count: number } } = { calls: { count: 0 } };
    await serving(
      metadata,
      async (url, app) => {
        for (const path of ['orders', 'audits']) {
          await heldUntilAcknowledged(kafka, topic, async () => strictEqual(await textOf(`${url}/${path}`), path));
        }
        strictEqual(watched.calls.count, 0);
        deepStrictEqual(Reflect.ownKeys(app.get(Both)), ['orders', 'audits']);
        strictEqual(configOf(app).getGlobalInterceptors().length, 2);
      },
      { adapter, prepare: (app) => (watched.calls = watchInterceptor(app)) },
    );
  }

  async function starting(kafka: EmbeddedKafka, topic: string): Promise<void> {
    const found: number[] = [];
    const application: { now?: INestApplication } = {};
    @Module({})
    class BeforeModule implements OnModuleInit {
      onModuleInit(): void {
        found.push(configOf(application.now!).getGlobalInterceptors().length);
      }
    }
    const OfTopic = eventsOf(topic);
    const metadata = {
      imports: [BeforeModule, producers(kafka, { requestScope: {} })],
      controllers: [controllerOf(OfTopic, { path: 'one' }, 'one')],
      providers: [OfTopic],
    };
    await serving(metadata, async (url) => strictEqual(await textOf(`${url}/one`), 'one'), {
      adapter,
      prepare: (app) => (application.now = app),
    });
    deepStrictEqual(found, [1]);
  }

  return [
    { name: `${adapter}: routes that nothing intercepts are not intercepted by a scope either`, run: alone },
    { name: `${adapter}: a route of a controller made for each request has its scope beside others`, run: perRequest },
    { name: `${adapter}: versions of a route have their scopes`, run: versioned },
    { name: `${adapter}: the scopes of two producers are open`, run: twoProducers },
    { name: `${adapter}: what is registered while modules start has the interceptor`, run: starting },
  ];
}

/** How a scope gets around the routes of an application without an interceptor. */
export const routeScopes: readonly ScopeCase[] = [...on('express'), ...on('fastify')];
