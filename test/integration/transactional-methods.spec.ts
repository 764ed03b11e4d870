import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  InjectKafkaProducer,
  KafkaProducerModule,
  KafkaProducerService,
  Propagation,
  Transactional,
  TransactionAbortedError,
} from 'nestjs-kafka-producer';
import { CommittedRecords, inMemoryKafka } from 'nestjs-kafka-producer/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { PROPAGATION_OUTCOMES, type PropagationOutcome } from './propagation-outcomes.js';

type Ending = PropagationOutcome['inner'];

/** One class per propagation: a decorator is given its options once. */
function innerWith(propagation: Propagation, mode: PropagationOutcome['mode']) {
  @Injectable()
  class Inner {
    @Transactional({ propagation, mode })
    async run(ending: Ending): Promise<string> {
      await this.producer.send({ topic: 'units', value: 'inner' });
      if (ending === 'fails') throw new Error('of the inner');
      return 'result';
    }

    constructor(@InjectKafkaProducer() readonly producer: KafkaProducerService) {}
  }
  return Inner;
}

async function start(propagation: Propagation, mode: PropagationOutcome['mode'] = 'staged') {
  const Inner = innerWith(propagation, mode);

  @Injectable()
  class Outer {
    told = '';

    constructor(
      readonly inner: InstanceType<typeof Inner>,
      @InjectKafkaProducer() readonly producer: KafkaProducerService,
    ) {}

    /** Whatever the inner method says, it is up to this one how it ends. */
    @Transactional({ mode })
    async run(inner: Ending, outer: Ending): Promise<void> {
      await this.producer.send({ topic: 'units', value: 'outer' });
      this.told = await told(this.inner.run(inner));
      if (outer === 'fails') throw new Error('of the outer');
    }
  }
  Reflect.defineMetadata('design:paramtypes', [Inner, KafkaProducerService], Outer);

  @Module({
    imports: [KafkaProducerModule.forRoot({ client: { brokers: ['nowhere:1'] } })],
    providers: [Inner, Outer],
  })
  class AppModule {}
  const app = await inMemoryKafka(Test.createTestingModule({ imports: [AppModule] })).compile();
  onTestFinished(() => app.close());
  await app.init();
  const seen = (): string[] =>
    app
      .get(CommittedRecords)
      .in('units')
      .map(({ text }) => String(text));
  return { inner: app.get(Inner), outer: app.get(Outer), seen };
}

/** What a call is told, as text. */
async function told(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    const { message, cause, code } = error as Error & { cause?: Error; code?: string };
    if (error instanceof TransactionAbortedError) return `${error.reason} because ${cause?.message}`;
    return code ?? message;
  }
}

describe('a @Transactional method inside another one', () => {
  it.each(PROPAGATION_OUTCOMES)(
    '$mode, with $propagation: inner $inner, outer $outer',
    async ({ mode, propagation, inner, outer, seen: expected, outerIs }) => {
      const { outer: host, seen } = await start(propagation, mode);
      const ofOuter = outerIs === 'aborted' ? 'rollback-only because of the inner' : 'done';
      expect(await told(host.run(inner, outer))).toBe(outer === 'fails' ? 'of the outer' : ofOuter);
      expect(host.told).toBe(inner === 'fails' ? 'of the inner' : 'done');
      expect(seen().toSorted()).toEqual(expected.toSorted());
    },
  );

  it('with never: is refused before it runs, and the outer one may go on', async () => {
    const { outer, seen } = await start(Propagation.Never);
    expect(await told(outer.run('succeeds', 'succeeds'))).toBe('done');
    expect(outer.told).toBe('KAFKA_PRODUCER_PROPAGATION');
    expect(seen()).toEqual(['outer']);
  });
});

describe('a @Transactional method outside of any', () => {
  it.each([
    [Propagation.Required, 'of the inner', []],
    [Propagation.RequiresNew, 'of the inner', []],
    [Propagation.Nested, 'of the inner', []],
    [Propagation.Mandatory, 'KAFKA_PRODUCER_PROPAGATION', []],
    [Propagation.Supports, 'of the inner', ['inner']],
    [Propagation.NotSupported, 'of the inner', ['inner']],
    [Propagation.Never, 'of the inner', ['inner']],
  ])('with %s: a failure is told as %s, and %j is seen', async (propagation, expected, records) => {
    const { inner, seen } = await start(propagation);
    expect(await told(inner.run('fails'))).toBe(expected);
    expect(seen()).toEqual(records);
  });
});
