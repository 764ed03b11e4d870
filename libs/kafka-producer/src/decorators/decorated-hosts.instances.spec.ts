import { Inject, Injectable, Module, Scope, type Provider } from '@nestjs/common';
import { ContextIdFactory, LazyModuleLoader } from '@nestjs/core';
import { describe, expect, it } from 'vitest';

import { KafkaProducerModule } from '../kafka-producer.module.js';
import { getKafkaProducerToken } from '../kafka-producer.tokens.js';
import { Emit } from './emit.decorator.js';
import { bindKafkaProducer } from './producer-slot.js';
import { client, withFakeParts } from './spec-support/fake-parts.js';
import { RecordingProducer } from './spec-support/recording-producer.js';

class Orders {
  @Emit('orders')
  async place(id: string): Promise<string> {
    return id;
  }
}

class Tenants {
  @Emit('orders', { producer: 'tenant' })
  async place(id: string): Promise<string> {
    return id;
  }
}

@Injectable()
class Consumer {
  constructor(@Inject('orders') readonly orders: Orders) {}
}

function application(...providers: Provider[]) {
  const imports = [KafkaProducerModule.forRoot({ client, connect: 'lazy' })];
  return withFakeParts({ imports, providers });
}

async function start(...providers: Provider[]) {
  const { builder, pipeline } = application(...providers);
  const app = await builder.compile();
  await app.init();
  return { app, topics: () => pipeline.records.map(({ value }) => value) };
}

describe('what a factory makes', () => {
  it.each<[string, () => Orders | Promise<Orders>]>([
    ['at once', () => new Orders()],
    ['later', async () => new Orders()],
  ])('for each request is bound: %s', async (_title, useFactory) => {
    const { app, topics } = await start({ provide: 'orders', scope: Scope.REQUEST, useFactory });
    for (const id of ['a', 'b']) await (await app.resolve<Orders>('orders', ContextIdFactory.create())).place(id);
    expect(topics()).toEqual(['a', 'b']);
  });

  it('for each consumer is bound, for those of the start and for later ones', async () => {
    const provider: Provider = { provide: 'orders', scope: Scope.TRANSIENT, useFactory: () => new Orders() };
    const { app, topics } = await start(provider, Consumer);
    await app.get(Consumer).orders.place('start');
    await (await app.resolve<Orders>('orders')).place('later');
    expect(topics()).toEqual(['start', 'later']);
  });

  it('once, because what it injects depends on the request, is bound', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    const provider = { provide: 'orders', inject: [PerRequest], useFactory: () => new Orders() };
    const { app, topics } = await start(PerRequest, provider);
    await (await app.resolve<Orders>('orders', ContextIdFactory.create())).place('a');
    expect(topics()).toEqual(['a']);
  });

  it('is refused when its producer depends on the request, with the remedy', async () => {
    const tenant = { provide: getKafkaProducerToken('tenant'), scope: Scope.REQUEST, useFactory: () => ({}) };
    const message =
      "Tenants.place() cannot emit: its producer 'tenant' is request-scoped, and an instance from useFactory or useValue belongs to no request. " +
      'Let Nest construct Tenants, so that each request gets one with its own producer.';
    const singleton = await application(tenant, {
      provide: 'orders',
      useFactory: () => new Tenants(),
    }).builder.compile();
    await expect(singleton.init()).rejects.toThrow(message);
    const { app } = await start(tenant, { provide: 'orders', scope: Scope.REQUEST, useFactory: () => new Tenants() });
    await expect(app.resolve('orders', ContextIdFactory.create())).rejects.toThrow(message);
  });

  it('in a lazy module has to be bound by hand, and says so', async () => {
    @Module({ providers: [{ provide: 'orders', useFactory: () => new Orders() }] })
    class LazyModule {}
    const { app } = await start();
    const lazy = await app.get(LazyModuleLoader).load(() => LazyModule);
    await expect(lazy.get<Orders>('orders').place('a')).rejects.toThrow(
      'a factory in a lazy module, needs bindKafkaProducer(instance, producer)',
    );
  });

  it('may be no object at all', async () => {
    const { app } = await start({ provide: 'text', scope: Scope.REQUEST, useFactory: () => 'x' });
    expect(await app.resolve('text', ContextIdFactory.create())).toBe('x');
  });
});

describe('a value', () => {
  it('that two applications use one after the other sends to each of them', async () => {
    const orders = new Orders();
    for (const id of ['first', 'second']) {
      const { app, topics } = await start({ provide: 'orders', useValue: orders });
      await orders.place(id);
      expect(topics()).toEqual([id]);
      await app.close();
    }
    await expect(orders.place('afterwards')).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_UNBOUND_METHOD' });
  });

  it('that is let go while its method runs sends to the application the call began in', async () => {
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    class Slow {
      @Emit('t')
      async one(): Promise<string> {
        await finished;
        return 'one';
      }

      @Emit('t')
      @Emit('t')
      async two(): Promise<string> {
        await finished;
        return 'two';
      }
    }
    const slow = new Slow();
    const { app, topics } = await start({ provide: 'slow', useValue: slow });
    const calls = Promise.all([slow.one(), slow.two()]);
    await app.close();
    finish();
    await calls;
    expect(topics()).toEqual(['one', 'two', 'two']);
  });

  it('that was bound by hand keeps its producer', async () => {
    const own = new RecordingProducer();
    const orders = bindKafkaProducer(new Orders(), own);
    const { app, topics } = await start({ provide: 'orders', useValue: orders });
    await app.close();
    await orders.place('a');
    expect([topics(), own.records.length]).toEqual([[], 1]);
  });

  it('that is frozen is bound, and let go at the end', async () => {
    const orders = Object.freeze(new Orders());
    const { app, topics } = await start({ provide: 'orders', useValue: orders });
    await orders.place('a');
    expect(topics()).toEqual(['a']);
    await app.close();
    await expect(orders.place('afterwards')).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_UNBOUND_METHOD' });
  });
});

describe('an instance that freezes itself', () => {
  it('is injected into as any other', async () => {
    @Injectable()
    class Frozen extends Orders {
      constructor() {
        super();
        Object.freeze(this);
      }
    }
    const { app, topics } = await start(Frozen);
    await app.get(Frozen).place('a');
    expect(topics()).toEqual(['a']);
  });
});
