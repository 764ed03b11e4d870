import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  Scope,
  type DynamicModule,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ContextIdFactory, LazyModuleLoader } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';

import { KafkaProducerModule } from '../kafka-producer.module.js';
import { KafkaProducerService } from '../kafka-producer.service.js';
import { getKafkaProducerToken } from '../kafka-producer.tokens.js';
import { client, withFakeParts, type FakePipeline } from './spec-support/fake-parts.js';
import { defineTopic } from '../topics/define-topic.js';
import { Emit } from './emit.decorator.js';
import { RecordingProducer } from './spec-support/recording-producer.js';

const greeted = defineTopic<string>('greeted', { key: null });

@Injectable()
class Greeter {
  @Emit(greeted)
  async greet(name: string): Promise<string> {
    return `hello ${name}`;
  }
}

@Injectable()
class LoudGreeter extends Greeter {
  @Emit(greeted)
  async shout(name: string): Promise<string> {
    return `HELLO ${name}`;
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestGreeter extends Greeter {}

@Injectable({ scope: Scope.TRANSIENT })
class TransientGreeter extends Greeter {}

function Loud<T extends Type>(Base: T) {
  class Mixin extends Base {
    @Emit(greeted)
    async mixed(name: string): Promise<string> {
      return name;
    }
  }
  return Mixin;
}

@Injectable()
class Mixed extends Loud(class {}) {}

@Controller('greetings')
class GreetingsController {
  @Get('above')
  @Emit(greeted)
  async above(): Promise<string> {
    return 'above';
  }

  @Emit(greeted)
  @Get('below')
  async below(): Promise<string> {
    return 'below';
  }
}

@Injectable()
class Auditor {
  @Emit('audit.log', { producer: 'audit' })
  async note(text: string): Promise<string> {
    return text;
  }
}

const kafka = (name?: string): DynamicModule => KafkaProducerModule.forRoot({ client, connect: 'lazy', name });

async function start(
  providers: Provider[],
  imports: DynamicModule[] = [kafka()],
): Promise<{ app: TestingModule; pipeline: FakePipeline }> {
  const { builder, pipeline } = withFakeParts({ imports, providers, controllers: [GreetingsController] });
  const app = await builder.compile();
  await app.init();
  return { app, pipeline };
}

describe('@Emit finds its producer', () => {
  it.each([Greeter, LoudGreeter])('in a singleton: %o', async (type) => {
    const { app, pipeline } = await start([type]);
    expect(await app.get(type).greet('you')).toBe('hello you');
    expect(pipeline.records).toEqual([{ topic: 'greeted', key: null, value: 'hello you' }]);
  });

  it.each([RequestGreeter, TransientGreeter])('in every instance of another scope: %o', async (type) => {
    const { app, pipeline } = await start([type]);
    for (const name of ['a', 'b']) await (await app.resolve(type, ContextIdFactory.create())).greet(name);
    expect(pipeline.records.map(({ value }) => value)).toEqual(['hello a', 'hello b']);
  });

  it('in mixins', async () => {
    const { app, pipeline } = await start([Mixed]);
    await app.get(Mixed).mixed('x');
    expect(pipeline.records).toHaveLength(1);
  });

  it('in controllers, with the route above or below', async () => {
    const { app, pipeline } = await start([]);
    const http = app.createNestApplication();
    await http.listen(0, '127.0.0.1');
    const url = await http.getUrl();
    expect(await (await fetch(`${url}/greetings/above`)).text()).toBe('above');
    expect(await (await fetch(`${url}/greetings/below`)).text()).toBe('below');
    expect(pipeline.records.map(({ value }) => value)).toEqual(['above', 'below']);
    await http.close();
  });

  it.each<[string, Provider]>([
    ['useFactory', { provide: 'greeter', useFactory: () => new Greeter() }],
    ['useValue', { provide: 'greeter', useValue: new Greeter() }],
  ])('in instances Nest did not construct: %s', async (_title, provider) => {
    const { app, pipeline } = await start([provider]);
    await app.get<Greeter>('greeter').greet('you');
    expect(pipeline.records).toHaveLength(1);
  });

  it('in lazy modules', async () => {
    @Module({ providers: [Greeter] })
    class LazyModule {}
    const { app, pipeline } = await start([]);
    const lazy = await app.get(LazyModuleLoader).load(() => LazyModule);
    await lazy.get(Greeter).greet('you');
    expect(pipeline.records).toHaveLength(1);
  });

  it('by name', async () => {
    const own = new RecordingProducer();
    const provider = { provide: getKafkaProducerToken('audit'), useValue: own };
    const { app, pipeline } = await start([Auditor, provider, { provide: 'made', useFactory: () => new Auditor() }]);
    await app.get(Auditor).note('a');
    await app.get<Auditor>('made').note('b');
    expect(own.records.map(({ value }) => value)).toEqual(['a', 'b']);
    expect(pipeline.records).toEqual([]);
  });

  it('per tenant, when the provider under the token is request-scoped', async () => {
    const tenants: RecordingProducer[] = [];
    const makeTenant = (): RecordingProducer => {
      tenants.push(new RecordingProducer());
      return tenants.at(-1)!;
    };
    const provider = { provide: getKafkaProducerToken('audit'), scope: Scope.REQUEST, useFactory: makeTenant };
    const { app } = await start([Auditor, provider]);
    await (await app.resolve(Auditor, ContextIdFactory.create())).note('one');
    await (await app.resolve(Auditor, ContextIdFactory.create())).note('two');
    expect(tenants.map(({ records }) => records.map(({ value }) => value))).toEqual([['one'], ['two']]);
  });

  it('of its own application, when there are two', async () => {
    const first = await start([Greeter]);
    const second = await start([Greeter]);
    await first.app.get(Greeter).greet('first');
    expect([first.pipeline.records.length, second.pipeline.records.length]).toEqual([1, 0]);
  });

  it('when a test put its own under the token', async () => {
    const own = new RecordingProducer();
    const { builder } = withFakeParts({ imports: [kafka()], providers: [Greeter] });
    const app = await builder.overrideProvider(KafkaProducerService).useValue(own).compile();
    await app.get(Greeter).greet('you');
    expect(own.records).toHaveLength(1);
  });
});

describe('a decorated class without its module', () => {
  it('fails at bootstrap, with the remedy', async () => {
    const compiling = Test.createTestingModule({ providers: [Greeter] }).compile();
    await expect(compiling).rejects.toThrow(
      /resolve dependencies of the Greeter.*@Emit.*import KafkaProducerModule\.forRoot\(\{ … \}\)/,
    );
    const { builder } = withFakeParts({ imports: [kafka()], providers: [Auditor] });
    await expect(builder.compile()).rejects.toThrow(/Auditor.*KafkaProducerModule\.forRoot\(\{ name: 'audit' \}\)/);
  });

  it('fails at bootstrap when its module is not global and not imported, with that remedy', async () => {
    @Module({ providers: [Greeter] })
    class FeatureModule {}
    const { builder } = withFakeParts({
      imports: [KafkaProducerModule.forRoot({ client, isGlobal: false }), FeatureModule],
    });
    await expect(builder.compile()).rejects.toThrow(/Greeter.*or the module that registers it with isGlobal: false/);
  });

  it('fails at bootstrap too when Nest did not construct the instance', async () => {
    const { builder } = withFakeParts({
      imports: [kafka()],
      providers: [{ provide: 'a', useFactory: () => new Auditor() }],
    });
    const app = await builder.compile();
    await expect(app.init()).rejects.toThrow(
      "Auditor.note() cannot emit: no KafkaProducerModule is named 'audit'. Import KafkaProducerModule.forRoot({ name: 'audit', … })",
    );
  });

  it('may inject other things by property as before', async () => {
    @Injectable()
    class Host extends Greeter {
      @Inject('greeting') readonly greeting!: string;
    }
    const { app } = await start([Host, { provide: 'greeting', useValue: 'hi' }]);
    expect(app.get(Host).greeting).toBe('hi');
    expect(Object.keys(app.get(Host))).toEqual(['greeting']);
  });
});
