import { Controller, Get, Injectable, type Type } from '@nestjs/common';
import { describe, expect, it } from 'vitest';

import { warningsOf, type Options } from '../decorators/spec-support/warnings-of.js';
import { KafkaScope } from './kafka-scope.decorator.js';

function only(type: Type) {
  return { controllers: [type] };
}

describe('@KafkaScope()', () => {
  const marked = (options: Parameters<typeof KafkaScope>[0]): Type => {
    @Controller()
    class Marked {
      @Get()
      @KafkaScope(options)
      get(): void {}
    }
    return Marked;
  };

  it('is refused with the name of a producer that is none', async () => {
    await expect(warningsOf(only(marked({ producer: 'audit' })))).rejects.toThrow(
      "Marked.get cannot be decorated: its @KafkaScope names the producer 'audit', and no KafkaProducerModule is named so",
    );
  });

  it('is refused when it does not say whose unit it is', async () => {
    const producers: Options[] = [{ name: 'one' }, { name: 'two' }];
    await expect(warningsOf(only(marked({ transactional: true })), ...producers)).rejects.toThrow(
      'its @KafkaScope is transactional, and there are several producers',
    );
    await expect(warningsOf(only(marked({ transactional: true })), producers[0]!)).resolves.toEqual([]);
  });

  it('is a warning on what is no handler', async () => {
    @Injectable()
    class Service {
      @KafkaScope()
      work(): void {}
    }
    await expect(warningsOf({ providers: [Service] })).resolves.toEqual([
      expect.stringContaining('@KafkaScope() on Service.work() opens no scope') as string,
    ]);
  });

  it.each<[string, unknown, string]>([
    ['text', 'x', "of its @KafkaScope it was given 'x', not options"],
    ['an unknown option', { transaction: true }, "it has 'transaction', which has no effect"],
    ['a wrong one', { transactional: 1 }, 'it has transactional: 1'],
    ['no name', { producer: '' }, "it has producer: ''"],
  ])('is refused while the class is defined: %s', (_title, options, message) => {
    expect(() => marked(options as object)).toThrow(message);
  });

  it('is refused on a static method', () => {
    const descriptor = { value: () => {} } as unknown as TypedPropertyDescriptor<never>;
    expect(() => KafkaScope()(class Marked {}, 'make', descriptor)).toThrow('no method of an instance');
  });
});
