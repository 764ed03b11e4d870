import {
  Controller,
  Get,
  Injectable,
  Module,
  SetMetadata,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type Provider,
  type Type,
} from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { WebSocketGateway } from '@nestjs/websockets';
import { describe, expect, it } from 'vitest';

import { InvalidMethodError, UnboundMethodError } from '../errors/program.errors.js';
import { KafkaProducerModule } from '../kafka-producer.module.js';
import { Emit } from './emit.decorator.js';
import { bindKafkaProducer } from './producer-slot.js';
import { client, withFakeParts } from './spec-support/fake-parts.js';
import { RecordingProducer } from './spec-support/recording-producer.js';

/** A foreign decorator that replaces the method, as a cache or a retry does. */
const wraps: MethodDecorator = (_target, _key, descriptor) => {
  const inner = descriptor.value as unknown as (...args: unknown[]) => unknown;
  (descriptor as PropertyDescriptor).value = function (this: unknown, ...args: unknown[]) {
    return inner.apply(this, args);
  };
};

/** One that takes along everything that stands on the function. */
const wrapsAndCopies: MethodDecorator = (target, key, descriptor) => {
  const inner = descriptor.value as object;
  wraps(target, key, descriptor);
  Object.defineProperties(descriptor.value, Object.getOwnPropertyDescriptors(inner));
};

@Injectable()
class Cut {
  @Emit('outer')
  @wraps
  @Emit('inner')
  async place(): Promise<string> {
    return 'x';
  }
}

@Injectable()
class Sync {
  async count(): Promise<number> {
    return 1;
  }
}
decorate(Sync, 'count', Emit('counts'));
Reflect.defineMetadata('design:returntype', Number, Sync.prototype, 'count');

class Auditor {
  @Emit('audit.log', { producer: 'audit' })
  async note(): Promise<string> {
    return 'x';
  }

  @Emit('audit.log', { producer: 'archive' })
  async keep(): Promise<string> {
    return 'x';
  }
}

function decorate(type: Type, name: string, decorator: ReturnType<typeof Emit>): void {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name)!;
  decorator(type.prototype as object, name, descriptor as never);
  Object.defineProperty(type.prototype, name, descriptor);
}

function builder(providers: Provider[], controllers: Type[] = []) {
  const imports = [KafkaProducerModule.forRoot({ client, connect: 'lazy' })];
  return withFakeParts({ imports, providers, controllers }).builder;
}

async function failureOf(providers: Provider[], controllers: Type[] = []): Promise<Error> {
  const app = await builder(providers, controllers).compile();
  try {
    await app.init();
  } catch (error) {
    return error as Error;
  }
  throw new Error('the application started');
}

const CUT =
  'Cut.place cannot be decorated: another decorator, which wraps the method, stands between two of its @Emit, so their records could not be sent together. ' +
  'Put the @Emit of a method one directly below the other, all of them above that decorator or all below it.';
const SYNC =
  'Sync.count cannot be decorated: it returns Number, which is no promise. Decorate an async instance method.';
const UNKNOWN = (method: string, producer: string): string =>
  `Auditor.${method}() cannot emit: no KafkaProducerModule is named '${producer}'. ` +
  `Import KafkaProducerModule.forRoot({ name: '${producer}', … }), or correct the name in the decorator.`;

describe('an application that cannot emit what it declares', () => {
  it('fails to start with all problems in one error', async () => {
    const error = await failureOf([Cut, Sync, { provide: 'auditor', useValue: new Auditor() }]);
    expect(error.message).toBe(
      `${UNKNOWN('note', 'audit')}\nFound at the same time:\n  - ${UNKNOWN('keep', 'archive')}\n  - ${CUT}\n  - ${SYNC}`,
    );
    expect(error).toBeInstanceOf(UnboundMethodError);
    expect(error).toMatchObject({
      host: 'Auditor',
      method: 'note',
      others: [
        { code: 'KAFKA_PRODUCER_UNBOUND_METHOD', method: 'keep' },
        { code: 'KAFKA_PRODUCER_INVALID_METHOD', host: 'Cut' },
        { code: 'KAFKA_PRODUCER_INVALID_METHOD', host: 'Sync' },
      ],
    });
  });

  it('is told of a base class once, however many inherit from it', async () => {
    @Injectable()
    class First extends Sync {}
    @Injectable()
    class Second extends Sync {}
    const error = await failureOf([First, Second]);
    expect(error.message).toBe(SYNC);
    expect((error as InvalidMethodError).others).toEqual([]);
  });

  it.each<[string, (guard: Type) => ClassDecorator]>([
    ['guard', (type) => UseGuards(type)],
    ['interceptor', (type) => UseInterceptors(type)],
    ['pipe', (type) => UsePipes(type)],
    ['filter', (type) => UseFilters(type)],
  ])('fails to start because of a %s too', async (_kind, use) => {
    const controller = (type: Type): Type => {
      @use(type)
      @Controller()
      class Routes {
        @Get()
        get(): string {
          return '';
        }
      }
      return Routes;
    };
    expect((await failureOf([], [controller(Sync)])).message).toBe(SYNC);
    Injectable()(Auditor);
    await expect(builder([], [controller(Auditor)]).compile()).rejects.toThrow(
      /dependencies of the Auditor.*import KafkaProducerModule\.forRoot\(\{ name: '(audit|archive)' \}\)/,
    );
  });

  it('fails to start because of a gateway, and a lazy module fails to load', async () => {
    @WebSocketGateway()
    class Gateway extends Auditor {}
    const remedy = /import KafkaProducerModule\.forRoot\(\{ name: '(audit|archive)' \}\)/;
    await expect(builder([Gateway]).compile()).rejects.toThrow(remedy);
    @Module({ providers: [Auditor] })
    class LazyModule {}
    const app = await builder([]).compile();
    await app.init();
    await expect(app.get(LazyModuleLoader).load(() => LazyModule)).rejects.toThrow(remedy);
    await app.close();
  });
});

describe('decorators of one method', () => {
  it('that a foreign wrapper keeps apart are refused at bootstrap', async () => {
    const error = await failureOf([Cut]);
    expect(error).toBeInstanceOf(InvalidMethodError);
    expect(error.message).toBe(CUT);
  });

  it.each<[string, MethodDecorator[]]>([
    ['metadata between them', [Emit('a'), SetMetadata('x', 1), Emit('b')] as MethodDecorator[]],
    ['a wrapper above them', [wraps, Emit('a'), Emit('b')] as MethodDecorator[]],
    ['a wrapper below them', [Emit('a'), Emit('b'), wraps] as MethodDecorator[]],
    ['a wrapper between them that copies', [Emit('a'), wrapsAndCopies, Emit('b')] as MethodDecorator[]],
  ])('are sent together with %s', async (_title, decorators) => {
    @Injectable()
    class Host {
      @((target, key, descriptor) => {
        for (const decorator of decorators.toReversed()) decorator(target, key, descriptor);
      })
      async run(): Promise<string> {
        return 'x';
      }
    }
    const app = await builder([Host]).compile();
    await app.init();
    await app.close();
    const producer = new RecordingProducer();
    await bindKafkaProducer(new Host(), producer).run();
    expect(producer.calls.map(({ call, records }) => [call, ...records.map(({ topic }) => topic)])).toEqual([
      ['sendAll', 'a', 'b'],
    ]);
  });

  it('of a method borrowed from another class leave the wrapper in between in place', async () => {
    const passed: unknown[] = [];
    const notes: MethodDecorator = (target, key, descriptor) => {
      wrapsAndCopies(target, key, descriptor);
      const wrapped = descriptor.value as unknown as (...args: unknown[]) => unknown;
      const properties = Object.getOwnPropertyDescriptors(wrapped);
      (descriptor as PropertyDescriptor).value = Object.defineProperties(function (this: unknown, ...args: unknown[]) {
        passed.push(...args);
        return wrapped.apply(this, args);
      }, properties);
    };
    class Origin {
      @notes
      @Emit('origin')
      async run(text: string): Promise<string> {
        return text;
      }
    }
    class Borrower extends Origin {}
    const descriptor = Object.getOwnPropertyDescriptor(Origin.prototype, 'run')!;
    Emit('borrower')(Borrower.prototype, 'run', descriptor);
    Object.defineProperty(Borrower.prototype, 'run', descriptor);
    const producer = new RecordingProducer();
    await bindKafkaProducer(new Borrower(), producer).run('x');
    expect([passed, producer.records.map(({ topic }) => topic)]).toEqual([['x'], ['origin', 'borrower']]);
  });
});
