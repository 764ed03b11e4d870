import {
  Controller,
  Get,
  Inject,
  Injectable,
  Logger,
  NotFoundException,
  UseInterceptors,
  type INestApplication,
  type ModuleMetadata,
} from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { channel } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { Emit } from './decorators/emit.decorator.js';
import { client } from './decorators/spec-support/fake-parts.js';
import { warningsOf } from './decorators/spec-support/warnings-of.js';
import { KafkaProducerModule } from './kafka-producer.module.js';
import { KafkaProducerService } from './kafka-producer.service.js';
import { KafkaScope } from './scope/kafka-scope.decorator.js';
import { KafkaScopeInterceptor } from './scope/kafka-scope.interceptor.js';
import { CommittedRecords } from './testing/committed-records.js';
import { inMemoryKafka } from './testing/in-memory-kafka.js';
import { InMemoryProducer } from './testing/in-memory-producer.js';
import { ScriptedOutcomes } from './testing/scripted-outcomes.js';

@Injectable()
class Events {
  @Emit('orders', { waitFor: 'scope' })
  async placed(id: string): Promise<string> {
    return id;
  }

  @Emit('audit', { waitFor: 'scope', producer: 'audit' })
  async audited(id: string): Promise<string> {
    return id;
  }
}

@Controller()
class Orders {
  constructor(@Inject(Events) private readonly events: Events) {}

  @Get('place')
  async place(): Promise<string> {
    return this.events.placed('a');
  }

  @Get('refuse')
  async refuse(): Promise<string> {
    await this.events.placed('a');
    throw new NotFoundException();
  }

  @Get('unit')
  @KafkaScope({ transactional: true })
  async unit(): Promise<string> {
    return this.events.placed('unit');
  }

  @Get('apart')
  @KafkaScope({ transactional: false })
  async apart(): Promise<string> {
    return this.events.placed('apart');
  }
}

type Imports = NonNullable<ModuleMetadata['imports']>;
const own = { controllers: [Orders], providers: [Events] };
const audit = KafkaProducerModule.forRootAsync({ name: 'audit', useFactory: () => ({ client, requestScope: {} }) });

/** Started in memory, and closed when the test has ended. */
async function start(
  imports: Imports,
  { metadata = own, prepare = (builder) => builder }: Partial<Shape> = {},
): Promise<{ app: INestApplication; url: string }> {
  const builder = prepare(inMemoryKafka(Test.createTestingModule({ imports, ...metadata })));
  const app = (await builder.compile()).createNestApplication({ logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
}

interface Shape {
  readonly metadata: ModuleMetadata;
  readonly prepare: (builder: TestingModuleBuilder) => TestingModuleBuilder;
}

function textsIn(app: INestApplication, topic: string): (string | null)[] {
  return app
    .get(CommittedRecords)
    .in(topic)
    .map(({ text }) => text);
}

const ways: [string, Imports[0]][] = [
  ['forRoot()', KafkaProducerModule.forRoot({ client, requestScope: {} })],
  ['forRootAsync()', KafkaProducerModule.forRootAsync({ useFactory: async () => ({ client, requestScope: {} }) })],
  ['the headers to propagate', KafkaProducerModule.forRoot({ client, propagateHeaders: ['x-id'] })],
];

describe('requestScope', () => {
  it.each(ways)('is opened around every request by %s', async (_title, module) => {
    const { app, url } = await start([module, audit]);
    const slow = app.get(ScriptedOutcomes).nextSend({ outcome: 'slow', topic: 'orders' });
    let isAnswered = false;
    const answer = fetch(`${url}/place`).finally(() => (isAnswered = true));
    await slow.reached;
    expect(isAnswered).toBe(false);
    slow.release();
    expect(await (await answer).text()).toBe('a');
  });

  it('installs nothing where nobody has asked for it', async () => {
    const modules = ['one', 'two'].map((name) =>
      KafkaProducerModule.forRootAsync({ name, useFactory: () => ({ client }) }),
    );
    const { app } = await start(modules, { metadata: {} });
    const config = Reflect.get(app, 'config') as { getGlobalInterceptors(): unknown[] };
    expect(config.getGlobalInterceptors()).toEqual([]);
  });

  it.each([
    ['outside', false],
    ['inside', true],
  ])(
    'of one producer cannot make the emits of another its unit, whose scope is %s: such a request fails and sends nothing',
    async (_title, isOtherFirst) => {
      const unit = KafkaProducerModule.forRoot({ client, requestScope: { transactional: true } });
      @Controller()
      class Both {
        constructor(@Inject(Events) private readonly events: Events) {}

        @Get()
        async both(): Promise<string> {
          await this.events.placed('placed');
          return this.events.audited('audited');
        }
      }
      const modules = isOtherFirst ? [audit, unit] : [unit, audit];
      const { app, url } = await start(modules, { metadata: { controllers: [Both], providers: [Events] } });
      expect((await fetch(url)).status).toBe(500);
      expect([...textsIn(app, 'audit'), ...textsIn(app, 'orders')]).toEqual([]);
    },
  );
});

describe('a transactional application', () => {
  const unit = KafkaProducerModule.forRoot({ client, requestScope: { transactional: true } });

  it('has one unit per request, also where a handler says so too, and none where it says no', async () => {
    const { app, url } = await start([unit, audit]);
    const producer = app.get(KafkaProducerService);
    const commits = (): number => producer.stats().groupsCommitted;
    for (const [path, expected] of [
      ['place', 1],
      ['unit', 1],
      ['refuse', 0],
      ['apart', 0],
    ] as const) {
      const before = commits();
      await fetch(`${url}/${path}`);
      expect([path, commits() - before]).toEqual([path, expected]);
    }
    expect(textsIn(app, 'orders')).toEqual(['a', 'unit', 'apart']);
  });

  it('answers 500 when the commit fails for good', async () => {
    const { app, url } = await start([unit, audit]);
    app.get(ScriptedOutcomes).nextSend({ outcome: 'fenced', topic: 'orders' });
    expect((await fetch(`${url}/place`)).status).toBe(500);
    expect(textsIn(app, 'orders')).toEqual([]);
  });
});

it('what a failed request had emitted goes to the log and the channel when it fails too', async () => {
  const errors = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
  const heard: unknown[] = [];
  const hear = (message: unknown): unknown => heard.push(message);
  channel('nestjs-kafka-producer:emit-failed').subscribe(hear);
  onTestFinished(() => {
    channel('nestjs-kafka-producer:emit-failed').unsubscribe(hear);
  });
  const { app, url } = await start([KafkaProducerModule.forRoot({ client, requestScope: {} }), audit]);
  app.get(ScriptedOutcomes).nextSend({ outcome: 'fail', topic: 'orders' });
  expect((await fetch(`${url}/refuse`)).status).toBe(404);
  expect(heard).toMatchObject([{ producer: 'default', topic: 'orders', recordCount: 1 }]);
  expect(errors.mock.calls.map(([message]) => String(message))).toEqual([
    expect.stringContaining("what it emitted to topic 'orders' was not delivered") as string,
  ]);
});

it('an InMemoryProducer in the place of the producer has its scopes open too', async () => {
  const kafka = new InMemoryProducer({ propagateHeaders: ['x-id'] });
  const { url } = await start([KafkaProducerModule.forRoot({ client, requestScope: {} }), audit], {
    prepare: (builder) => builder.overrideProvider(KafkaProducerService).useValue(kafka),
  });
  kafka.outcomes.nextSend({ outcome: 'slow', topic: 'orders', afterMs: 5 });
  await fetch(`${url}/place`, { headers: { 'x-id': 'r-1' } });
  expect(kafka.records.in('orders').map(({ text, headers }) => [text, headers])).toEqual([['a', { 'x-id': 'r-1' }]]);
});

describe('the interceptor by itself', () => {
  @Controller()
  class Intercepted {
    @Get()
    @UseInterceptors(KafkaScopeInterceptor)
    @Emit('orders', { waitFor: 'scope' })
    async place(): Promise<string> {
      return 'x';
    }
  }

  it('is a scope', async () => {
    await expect(warningsOf({ controllers: [Intercepted] })).resolves.toEqual([]);
  });

  it('needs a producer module', async () => {
    @Controller()
    @KafkaScope()
    class Scoped {}
    const compiled = Test.createTestingModule({ controllers: [Scoped] }).compile();
    await expect(compiled).rejects.toThrow('the application has no KafkaProducerModule');
  });
});
