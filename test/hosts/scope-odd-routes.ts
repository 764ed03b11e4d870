import {
  Controller,
  Get,
  Inject,
  Logger,
  Module,
  Search,
  UseGuards,
  type INestApplication,
  type ModuleMetadata,
  type NestModule,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { EmbeddedKafka } from 'embedded-kafka';
import { deepStrictEqual, rejects, strictEqual } from 'node:assert';
import { KafkaProducerService } from 'nestjs-kafka-producer';
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
import { configOf, textOf } from './scope-interceptors.js';

function on(adapter: Adapter): ScopeCase[] {
  /** Controllers whose methods are not those of their class. */
  const odd = {
    'binds its methods': (of: object) => {
      for (const name of ['one', 'now']) Object.assign(of, { [name]: (Reflect.get(of, name) as Function).bind(of) });
      return of;
    },
    'is a proxy that wraps its methods': (of: object) =>
      new Proxy(of, {
        get: (target, key, receiver): unknown => {
          const value: unknown = Reflect.get(target, key, receiver);
          if (typeof value !== 'function' || key === 'constructor') return value;
          return function (this: unknown, ...args: unknown[]): unknown {
            return Reflect.apply(value, this, args);
          };
        },
      }),
    'is frozen': (of: object) => Object.freeze(of),
  };
  const oddities = Object.entries(odd).map(([what, make]): ScopeCase => ({
    name: `${adapter}: routes of a controller that ${what} have their scopes, beside others`,
    run: async (kafka, topic) => {
      const OfTopic = eventsOf(topic);
      @Controller('odd')
      class Odd {
        constructor(@Inject(OfTopic) readonly events: Events) {
          return make(this) as Odd;
        }

        @Get('one')
        async one(): Promise<string> {
          return this.events.happened('odd');
        }

        @Get('now')
        now(): string {
          void this.events.happened('odd now');
          return 'now';
        }
      }
      const Usual = controllerOf(OfTopic, { path: 'usual' }, 'usual');
      const metadata = {
        imports: [producers(kafka, { requestScope: {} })],
        controllers: [Odd, Usual],
        providers: [OfTopic],
      };
      await serving(
        metadata,
        async (url) => {
          for (const [path, text] of [
            ['odd/one', 'odd'],
            ['odd/now', 'now'],
            ['usual', 'usual'],
          ] as const) {
            await heldUntilAcknowledged(kafka, topic, async () => strictEqual(await textOf(`${url}/${path}`), text));
          }
        },
        { adapter },
      );
    },
  }));

  async function afterAnother(kafka: EmbeddedKafka, topic: string): Promise<void> {
    const OfTopic = eventsOf(topic);
    const guard = { canActivate: () => new Promise<boolean>((resolve) => setImmediate(() => resolve(true))) };
    @Controller()
    class Orders {
      constructor(@Inject(OfTopic) private readonly events: Events) {}

      @Get('one')
      @UseGuards(guard)
      async one(): Promise<string> {
        return this.events.happened('one');
      }
    }
    const metadata = {
      imports: [producers(kafka, { requestScope: {}, propagateHeaders: ['x-id'] })],
      controllers: [Orders],
      providers: [OfTopic],
    };
    const prepare = (app: INestApplication): void => {
      const producer = app.get(KafkaProducerService);
      app.use((_request: unknown, _response: unknown, next: () => void) => {
        void producer.runInScope(async () => next(), { headers: { 'x-id': 'of the middleware' } });
      });
    };
    await serving(
      metadata,
      (url) =>
        heldUntilAcknowledged(kafka, topic, async () => {
          strictEqual(await textOf(`${url}/one`, { headers: { 'x-id': 'r-1' } }), 'one');
        }),
      { adapter, prepare },
    );
    const [record] = await kafka.recordsIn(topic);
    deepStrictEqual(
      record?.headers.map(({ key, value }) => [key, String(value)]),
      [['x-id', 'r-1']],
    );
  }

  return [
    ...oddities,
    { name: `${adapter}: a scope of middleware that is over gives way to that of the request`, run: afterAnother },
  ];
}

function moduleOf(metadata: ModuleMetadata): new () => object {
  class AppModule {}
  Module(metadata)(AppModule);
  return AppModule;
}

async function startedAgain(kafka: EmbeddedKafka): Promise<void> {
  @Controller()
  class Orders {
    @Get('now')
    now(): string {
      return 'now';
    }
  }
  let failures = 1;
  @Module({})
  class FailingModule implements NestModule {
    configure(): void {
      if (failures-- > 0) throw new Error('not yet');
    }
  }
  const type = moduleOf({ imports: [producers(kafka, { requestScope: {} }), FailingModule], controllers: [Orders] });
  const app = await NestFactory.create(type, { logger: false, abortOnError: false });
  try {
    await rejects(app.init(), /not yet/);
    await app.init();
    deepStrictEqual(Reflect.ownKeys(app.get(Orders)), []);
    strictEqual(configOf(app).getGlobalInterceptors().length, 1);
  } finally {
    await app.close();
  }
}

async function withoutMethod(kafka: EmbeddedKafka, topic: string): Promise<void> {
  const OfTopic = eventsOf(topic);
  @Controller()
  class Orders {
    constructor(@Inject(OfTopic) private readonly events: Events) {}

    @Search('one')
    one(): string {
      void this.events.happened('one');
      return 'one';
    }
  }
  const adapter = new ExpressAdapter();
  Object.defineProperty(adapter, 'search', { value: undefined });
  const type = moduleOf({
    imports: [producers(kafka, { requestScope: {} })],
    controllers: [Orders],
    providers: [OfTopic],
  });
  const app = await NestFactory.create(type, adapter, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  try {
    const url = `${await app.getUrl()}/one`;
    await heldUntilAcknowledged(kafka, topic, async () => strictEqual(await textOf(url, { method: 'SEARCH' }), 'one'));
  } finally {
    await app.close();
  }
}

async function previewed(kafka: EmbeddedKafka): Promise<void> {
  const warnings: string[] = [];
  const logger = { log: () => {}, error: () => {}, warn: (message: unknown) => void warnings.push(String(message)) };
  const type = moduleOf({ imports: [producers(kafka, { requestScope: {} })] });
  const app = await NestFactory.create(type, { preview: true, logger, abortOnError: false });
  await app.init();
  Logger.overrideLogger(false);
  deepStrictEqual(
    warnings.filter((warning) => warning.includes('module')),
    [],
  );
}

/** Controllers and applications that are not as most are. */
export const oddRouteScopes: readonly ScopeCase[] = [
  ...on('express'),
  ...on('fastify'),
  { name: 'an application that is started again, after a module failed, has its scope once', run: startedAgain },
  { name: 'a route by a method that the adapter does not have has its scope', run: withoutMethod },
  { name: 'a preview of an application warns of nothing', run: previewed },
];
