import { Controller, Get, Injectable, Module, Scope, type Type } from '@nestjs/common';
import { ContextIdFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { TransactionAbortedError } from '../errors/transaction.errors.js';
import { KafkaProducerModule } from '../kafka-producer.module.js';
import { KafkaProducerService } from '../kafka-producer.service.js';
import { InjectKafkaProducer } from '../kafka-producer.tokens.js';
import { CommittedRecords } from '../testing/committed-records.js';
import { inMemoryKafka } from '../testing/in-memory-kafka.js';
import { ScriptedOutcomes } from '../testing/scripted-outcomes.js';
import { Emit } from './emit.decorator.js';
import { Transactional } from './transactional.decorator.js';

class Host {
  constructor(@InjectKafkaProducer() readonly producer: KafkaProducerService) {}

  /** Two records by itself, one by a method of its own, all or nothing. */
  @Transactional()
  async place(order: string): Promise<string> {
    await this.producer.send({ topic: 'orders', value: `draft of ${order}` });
    await this.reserve(order);
    await this.producer.send({ topic: 'orders', value: order });
    if (order.startsWith('bad')) throw new Error(`not ${order}`);
    return order;
  }

  @Emit('orders')
  async reserve(order: string): Promise<string> {
    return `stock of ${order}`;
  }
}

@Injectable()
class Singleton extends Host {}

@Injectable({ scope: Scope.REQUEST })
class PerRequest extends Host {}

@Injectable({ scope: Scope.TRANSIENT })
class Transient extends Host {}

@Controller('orders')
class OrdersController extends Host {
  @Get('above')
  @Transactional()
  async above(): Promise<string> {
    return this.place('above');
  }

  @Transactional()
  @Get('below')
  async below(): Promise<string> {
    return this.place('below');
  }
}

const client = { brokers: ['nowhere:1'] };

async function start(providers: Type[] = [], names: readonly (string | undefined)[] = [undefined]) {
  @Module({
    imports: names.map((name) => KafkaProducerModule.forRoot({ client, name })),
    controllers: [OrdersController],
    providers: [Singleton, PerRequest, Transient, ...providers],
  })
  class AppModule {}
  const app = await inMemoryKafka(Test.createTestingModule({ imports: [AppModule] })).compile();
  onTestFinished(() => app.close());
  await app.init();
  const seen = (topic = 'orders'): string[] =>
    app
      .get(CommittedRecords)
      .in(topic)
      .map(({ text }) => String(text));
  return { app, seen };
}

const whole = (...orders: readonly string[]): string[] =>
  orders.flatMap((order) => [`draft of ${order}`, `stock of ${order}`, order]);

describe('@Transactional makes a unit of a method and what it calls on itself', () => {
  it.each([Singleton, PerRequest, Transient, OrdersController])('in %o', async (type) => {
    const { app, seen } = await start();
    const context = ContextIdFactory.create();
    const host = await app.resolve<Host>(type, context).catch(() => app.get<Host>(type));
    await expect(host.place('a')).resolves.toBe('a');
    await expect(host.place('bad')).rejects.toThrow('not bad');
    expect(seen()).toEqual(whole('a'));
  });

  it('in two instances of a request-scoped class at a time, each its own', async () => {
    const { app, seen } = await start();
    const hosts = await Promise.all(['first', 'second'].map(() => app.resolve(PerRequest, ContextIdFactory.create())));
    expect(hosts[0]).not.toBe(hosts[1]);
    const told = await Promise.allSettled([hosts[0]!.place('a'), hosts[1]!.place('bad')]);
    expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(seen()).toEqual(whole('a'));
  });

  it('in a controller, with the route above or below', async () => {
    const { app, seen } = await start();
    const controller = app.get(OrdersController);
    await controller.above();
    await controller.below();
    expect(seen()).toEqual(whole('above', 'below'));
    for (const name of ['above', 'below'] as const)
      expect(Reflect.getMetadata('path', OrdersController.prototype[name])).toBe(name);
  });

  it('of its own application, when there are two', async () => {
    const [first, second] = [await start(), await start()];
    await Promise.all([
      first.app.get(Singleton).place('of the first'),
      second.app.get(Singleton).place('of the second'),
    ]);
    expect([first.seen(), second.seen()]).toEqual([whole('of the first'), whole('of the second')]);
    // A unit of one application is none of the other's, not even one that is foreign to its producers.
    const inside = first.app.get(Singleton).producer.transaction(async () => {
      expect(second.app.get(Singleton).producer.currentTransaction()).toBeUndefined();
      await second.app.get(Singleton).producer.send({ topic: 'orders', value: 'by itself' });
      throw new Error('of the first');
    });
    await expect(inside).rejects.toThrow('of the first');
    expect([first.seen(), second.seen().at(-1)]).toEqual([whole('of the first'), 'by itself']);
  });
});

@Injectable()
class Both {
  constructor(
    @InjectKafkaProducer() readonly orders: KafkaProducerService,
    @InjectKafkaProducer('audit') readonly audit: KafkaProducerService,
  ) {}

  @Transactional()
  @Transactional({ producer: 'audit' })
  async place(order: string): Promise<void> {
    await this.orders.send({ topic: 'orders', value: order });
    await this.audit.send({ topic: 'audit', value: order });
    if (order === 'bad') throw new Error('of the work');
  }
}

describe('@Transactional of two producers on one method', () => {
  it('is two units: both are committed, or none when the work fails', async () => {
    const { app, seen } = await start([Both], [undefined, 'audit']);
    await app.get(Both).place('a');
    await expect(app.get(Both).place('bad')).rejects.toThrow('of the work');
    expect([seen('orders'), seen('audit')]).toEqual([['a'], ['a']]);
  });

  it('commits the inner one first, and names it when the outer one fails', async () => {
    const { app, seen } = await start([Both], [undefined, 'audit']);
    app.get(ScriptedOutcomes).nextSend({ producer: 'default', outcome: 'fail' });
    const error: unknown = await app
      .get(Both)
      .place('a')
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TransactionAbortedError);
    expect(error).toMatchObject({ reason: 'rejected', committed: ['audit'] });
    expect((error as Error).message).toContain('already committed: the unit of producer audit');
    expect([seen('orders'), seen('audit')]).toEqual([[], ['a']]);
  });

  it('names nobody when the inner one fails: the outer one was never committed', async () => {
    const { app, seen } = await start([Both], [undefined, 'audit']);
    app.get(ScriptedOutcomes).nextSend({ producer: 'audit', outcome: 'fail' });
    await expect(app.get(Both).place('a')).rejects.toMatchObject({ reason: 'rejected', committed: [] });
    expect([seen('orders'), seen('audit')]).toEqual([[], []]);
  });
});

@Injectable()
class Parallel {
  readonly late: Promise<unknown>[] = [];

  constructor(
    readonly host: Singleton,
    @InjectKafkaProducer() readonly producer: KafkaProducerService,
  ) {}

  @Transactional()
  async all(...orders: readonly string[]): Promise<void> {
    await Promise.all(orders.map((order) => this.host.place(order)));
  }

  @Transactional()
  async allSettled(...orders: readonly string[]): Promise<void> {
    await Promise.allSettled(orders.map((order) => this.host.place(order)));
  }

  /** One child fails while another is not at work yet, and comes when the unit has ended. */
  @Transactional()
  async allWithOneLate(release: Promise<void>): Promise<void> {
    const slow = release.then(() => this.host.place('slow'));
    this.late.push(slow);
    await Promise.all([slow, this.host.place('bad')]);
  }
}

describe('children under Promise.all', () => {
  it('belong to the unit of their caller', async () => {
    const { app, seen } = await start([Parallel]);
    await app.get(Parallel).all('a', 'b', 'c');
    expect(seen().toSorted()).toEqual(whole('a', 'b', 'c').toSorted());
  });

  it('are all lost when one fails, also when their caller swallows it', async () => {
    const { app, seen } = await start([Parallel]);
    await expect(app.get(Parallel).all('a', 'bad', 'c')).rejects.toThrow('not bad');
    await expect(app.get(Parallel).allSettled('a', 'bad', 'c')).rejects.toMatchObject({
      reason: 'rollback-only',
      cause: { message: 'not bad' },
    });
    expect(seen()).toEqual([]);
    expect(app.get(KafkaProducerService).stats()).toMatchObject({ openUnits: 0, stagedBytes: 0 });
  });

  it('that are still at work when one fails send nothing any more', async () => {
    const { app, seen } = await start([Parallel]);
    const parallel = app.get(Parallel);
    let release!: () => void;
    const whenever = new Promise<void>((resolve) => (release = resolve));
    await expect(parallel.allWithOneLate(whenever)).rejects.toThrow('not bad');
    release();
    // Its own @Transactional finds no unit to join, and starts one: the work of a unit that has ended is work of its own.
    await expect(Promise.all(parallel.late)).resolves.toEqual(['slow']);
    expect(seen()).toEqual(whole('slow'));
  });
});
