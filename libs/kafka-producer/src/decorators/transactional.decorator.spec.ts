import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';

import { InvalidMethodError, UnboundMethodError } from '../errors/program.errors.js';
import { PropagationError, TransactionAbortedError } from '../errors/transaction.errors.js';
import { KafkaProducerModule } from '../kafka-producer.module.js';
import { KafkaProducerService } from '../kafka-producer.service.js';
import { getKafkaProducerToken, InjectKafkaProducer } from '../kafka-producer.tokens.js';
import { CommittedRecords } from '../testing/committed-records.js';
import { inMemoryKafka } from '../testing/in-memory-kafka.js';
import { InMemoryProducer } from '../testing/in-memory-producer.js';
import { Propagation } from '../transactions/propagation/propagation.js';
import { Emit } from './emit.decorator.js';
import { bindKafkaProducer, type EmitProducer } from './producer-slot.js';
import { KafkaTransactional, Transactional } from './transactional.decorator.js';

class StockWarning extends Error {}

@Injectable()
class Audit {
  @Transactional({ propagation: Propagation.RequiresNew })
  @Emit('audit')
  async note(text: string): Promise<string> {
    return text;
  }
}

@Injectable()
class Orders {
  readonly seen: unknown[] = [];

  constructor(
    readonly audit: Audit,
    @InjectKafkaProducer() readonly producer: KafkaProducerService,
  ) {}

  @Emit('orders')
  @Transactional()
  @Emit('stock', { value: (order: string) => `stock for ${order}` })
  async place(order: string): Promise<string> {
    await this.producer.send({ topic: 'orders', value: `draft ${order}` });
    return order;
  }

  @Transactional()
  async placeBoth(): Promise<void> {
    await this.place('a');
    await this.audit.note('both');
    await this.place('b');
    this.seen.push(this.producer.currentTransaction()?.state);
  }

  @Transactional()
  async fail(): Promise<void> {
    await this.place('never');
    await this.audit.note('kept');
    throw new Error('of the user');
  }

  @Transactional()
  async swallow(): Promise<void> {
    await this.fail().catch(() => {});
  }

  @KafkaTransactional({ noRollbackFor: [StockWarning] })
  async warn(): Promise<void> {
    await this.place('warned');
    throw new StockWarning('low');
  }

  @Transactional({ propagation: 'mandatory' })
  async only(): Promise<void> {}
}

@Module({
  imports: [
    KafkaProducerModule.forRoot({ client: { brokers: ['nowhere:1'] } }),
    KafkaProducerModule.forRoot({ name: 'audit', client: { brokers: ['nowhere:1'] } }),
  ],
  providers: [Orders, Audit],
})
class AppModule {}

async function start() {
  const module = await inMemoryKafka(Test.createTestingModule({ imports: [AppModule] })).compile();
  await module.init();
  const texts = (topic: string): (string | null)[] =>
    module
      .get(CommittedRecords)
      .in(topic)
      .map(({ text }) => text);
  return { module, orders: module.get(Orders), texts };
}

describe('a method with @Transactional', () => {
  it('is one unit with its @Emit, wherever they stand, and with what it sends', async () => {
    const { module, orders, texts } = await start();
    await expect(orders.place('a')).resolves.toBe('a');
    expect(texts('orders')).toEqual(['draft a', 'a']);
    expect(texts('stock')).toEqual(['stock for a']);
    await module.close();
  });

  it('joins the unit it is called in, also by `this`, and requires-new has its own', async () => {
    const { module, orders, texts } = await start();
    await orders.placeBoth();
    expect(texts('orders')).toEqual(['draft a', 'a', 'draft b', 'b']);
    expect(orders.seen).toEqual(['open']);
    await expect(orders.fail()).rejects.toThrow('of the user');
    expect(texts('orders')).toHaveLength(4);
    expect(texts('audit')).toEqual(['both', 'kept']);
    await module.close();
  });

  it('that swallows the failure of a joined one is aborted, with that failure as the cause', async () => {
    const { module, orders, texts } = await start();
    const error: unknown = await orders.swallow().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TransactionAbortedError);
    expect(error).toMatchObject({ reason: 'rollback-only', cause: { message: 'of the user' } });
    expect(texts('orders')).toEqual([]);
    await module.close();
  });

  it('commits in spite of the errors it names, and throws them on', async () => {
    const { module, orders, texts } = await start();
    await expect(orders.warn()).rejects.toThrow(StockWarning);
    expect(texts('orders')).toEqual(['draft warned', 'warned']);
    await module.close();
  });

  it('is refused where its propagation does not fit', async () => {
    const { module, orders } = await start();
    await expect(orders.only()).rejects.toThrow(PropagationError);
    await expect(orders.producer.transaction(() => orders.only())).resolves.toBeUndefined();
    await module.close();
  });

  it('keeps records of another producer alone out of the unit', async () => {
    const { module, orders } = await start();
    const other = module.get<KafkaProducerService>(getKafkaProducerToken('audit'));
    const record = { topic: 'audit', value: 'x' };
    await expect(orders.producer.transaction(() => other.send(record))).rejects.toThrow(PropagationError);
    const both = orders.producer.transaction(() => other.withoutTransaction(() => other.send(record)));
    await expect(both).resolves.toMatchObject({ topic: 'audit' });
    await module.close();
  });

  it.each([
    [{ propagation: 'joined' }, 'its propagation must be one of required, requires-new, nested'],
    [{ timeoutMs: 0 }, 'its timeoutMs must be a whole number of milliseconds from 1'],
    [{ timeout: 5 }, "'timeout' is none of its options"],
    [{ signal: new AbortController().signal }, 'a signal would be of all calls'],
  ])('is refused at decoration with %j', (options, reason) => {
    class Host {
      async run(): Promise<void> {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(Host.prototype, 'run')!;
    const decorate = (): void => Transactional(options as never)(Host.prototype, 'run', descriptor as never);
    expect(decorate).toThrow(InvalidMethodError);
    expect(decorate).toThrow(reason);
  });
});

class Plain {
  @Transactional()
  async run(): Promise<string> {
    return 'ran';
  }
}

describe('a method with @Transactional outside of a container', () => {
  it('runs with an in-memory producer', async () => {
    await expect(bindKafkaProducer(new Plain(), new InMemoryProducer()).run()).resolves.toBe('ran');
  });

  it('is never skipped by a mock that does nothing', async () => {
    const mock = { send: () => {}, transaction: async () => {} } as unknown as EmitProducer;
    await expect(bindKafkaProducer(new Plain(), mock).run()).rejects.toThrow(UnboundMethodError);
    await expect(bindKafkaProducer(new Plain(), mock).run()).rejects.toThrow('did not run the method');
    await expect(new Plain().run()).rejects.toThrow(UnboundMethodError);
    const without = { send: () => {} } as unknown as EmitProducer;
    await expect(bindKafkaProducer(new Plain(), without).run()).rejects.toThrow('has no method transaction()');
  });
});
