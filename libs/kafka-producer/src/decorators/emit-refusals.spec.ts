import { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { defineTopic } from '../topics/define-topic.js';
import { Emit } from './emit.decorator.js';
import { bindKafkaProducer } from './producer-slot.js';
import { RecordingProducer } from './spec-support/recording-producer.js';

const contract = defineTopic<string>('t', { key: null });

type Decorator = (target: unknown, key: unknown, descriptor?: unknown) => void;

function emit(...args: unknown[]): Decorator {
  return (Emit as unknown as (...given: unknown[]) => Decorator)(...args);
}

class Host {
  async method(): Promise<string> {
    return 'x';
  }
}

function onMethod(decorator: Decorator): void {
  decorator(Host.prototype, 'method', Object.getOwnPropertyDescriptor(Host.prototype, 'method'));
}

describe('@Emit refuses, while the class is defined', () => {
  it.each<[string, () => void, string]>([
    [
      'a static method',
      () => emit(contract)(Host, 'create', { value: async () => {} }),
      'Host.create cannot be decorated: it is static',
    ],
    [
      'a getter',
      () => emit(contract)(Host.prototype, 'size', { get: () => 1 }),
      'Host.size cannot be decorated: it is an accessor',
    ],
    [
      'a class',
      () => emit(contract)(Host, undefined),
      'Host cannot be decorated: it is a class. Put @Emit on its methods.',
    ],
    [
      'a parameter',
      () => emit(contract)(Host.prototype, 'method', 0),
      'Host.method cannot be decorated: it is a parameter. Put @Emit on the method itself.',
    ],
    ['null instead of options', () => onMethod(emit(contract, null)), 'its @Emit got null instead of options'],
    ['a list instead of options', () => onMethod(emit(contract, [])), 'its @Emit got an array instead of options'],
    [
      'a method that is declared to return an Observable',
      () => {
        class Streams {
          // @ts-expect-error the method is not async
          @Emit('t')
          run(): Observable<number> {
            return new Observable();
          }
        }
        return Streams;
      },
      'Streams.run cannot be decorated: it returns an Observable. Let an async method return firstValueFrom(observable)',
    ],
    ['a property', () => emit(contract)(Host.prototype, 'run', undefined), 'Put @Emit on a method, not on a property'],
    [
      'a generator',
      () => emit(contract)(Host.prototype, 'all', { value: function* () {} }),
      'it is a generator. Let an async method return an array',
    ],
    [
      'an async generator',
      () => emit(contract)(Host.prototype, 'all', { value: async function* () {} }),
      'it is a generator',
    ],
    [
      'a standard decorator call',
      () => emit(contract)(async () => {}, { kind: 'method', name: 'place' }),
      'Compile with "experimentalDecorators": true',
    ],
    ['a missing contract', () => onMethod(emit(undefined)), 'Most often two files import each other'],
    [
      'something that is no contract',
      () => onMethod(emit({ topic: 't' })),
      'neither a contract nor the name of a topic',
    ],
    ['an empty topic', () => onMethod(emit('')), 'neither a contract nor the name of a topic'],
    [
      'an option without effect',
      () => onMethod(emit(contract, { keys: 1 })),
      "its @Emit has 'keys', which has no effect",
    ],
    [
      'a key beside a contract',
      () => onMethod(emit(contract, { key: () => 'k' })),
      "its @Emit has 'key', which has no effect",
    ],
    [
      'a payload for a raw topic',
      () => onMethod(emit('t', { payload: () => 1 })),
      "its @Emit has 'payload', which has no effect",
    ],
    [
      'waiting for nothing that there is',
      () => onMethod(emit(contract, { waitFor: 'commit' })),
      "its @Emit has waitFor: 'commit'. Make waitFor 'ack', 'accepted' or 'scope'.",
    ],
  ])('%s', (_title, decorate, message) => {
    expect(decorate).toThrow(
      expect.objectContaining({
        code: 'KAFKA_PRODUCER_INVALID_METHOD',
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});

describe('@Emit refuses options of the wrong kind', () => {
  const expectsFunction = 'a function of the result and the arguments';

  it.each<[string, unknown, string]>([
    ['when', true, expectsFunction],
    ['headers', { type: 'x' }, expectsFunction],
    ['timestamp', 5, expectsFunction],
    ['key', 'orderId', expectsFunction],
    ['value', 'total', expectsFunction],
    ['partition', 'x', 'a whole number from 0, or a function that returns one'],
    ['partition', -1, 'a whole number from 0, or a function that returns one'],
    ['each', 'yes', 'true or false'],
    ['waitFor', null, "'ack', 'accepted' or 'scope'"],
    ['producer', '', 'the name of a module, a string that is not empty'],
    ['producer', 5, 'the name of a module, a string that is not empty'],
  ])('%s: %o', (name, value, expected) => {
    expect(() => onMethod(emit('t', { [name]: value }))).toThrow(`. Make ${name} ${expected}.`);
  });

  it('payload of a contract', () => {
    expect(() => onMethod(emit(contract, { payload: {} }))).toThrow(
      'its @Emit has payload: an object. Make payload a function',
    );
  });

  it('but not undefined, which is left out', () => {
    expect(() => onMethod(emit('t', { when: undefined, keys: undefined }))).not.toThrow();
  });
});

describe('@Emit refuses, at the first call', () => {
  it.each<[string, unknown, string]>([
    ['a value', 'x', 'Late.run cannot be decorated: it returned no promise, so nothing was emitted'],
    ['nothing', undefined, 'it returned no promise'],
    ['null', null, 'it returned no promise'],
    [
      'an Observable',
      { subscribe: () => {} },
      'it returned an Observable, so nothing was emitted. Let an async method return firstValueFrom(observable)',
    ],
  ])('a method that returned %s', async (_title, returned, message) => {
    class Late {
      run(): unknown {
        return returned;
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Late.prototype, 'run')!;
    emit(contract)(Late.prototype, 'run', descriptor);
    Object.defineProperty(Late.prototype, 'run', descriptor);
    const producer = new RecordingProducer();
    const call = bindKafkaProducer(new Late(), producer).run() as Promise<unknown>;
    await expect(call).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_INVALID_METHOD',
      message: expect.stringContaining(message) as string,
    });
    expect(producer.calls).toEqual([]);
  });
});
