import { Injectable, Logger, type Type } from '@nestjs/common';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { KafkaProducerModule } from '../kafka-producer.module.js';
import { client, withFakeParts } from './spec-support/fake-parts.js';
import { NoEmit } from './emit-marks.js';
import { Emit } from './emit.decorator.js';

class Order {}

@Injectable()
class Base {
  @Emit('orders')
  async place(): Promise<number> {
    return 1;
  }
}

let warnings: string[];

beforeEach(() => {
  warnings = [];
  vi.spyOn(Logger.prototype, 'warn').mockImplementation((message: unknown) => void warnings.push(String(message)));
});

async function start(...providers: Type[]): Promise<void> {
  const imports = [KafkaProducerModule.forRoot({ client, connect: 'lazy' })];
  const app = await withFakeParts({ imports, providers }).builder.compile();
  await app.init();
  await app.close();
}

/** A class whose `run` is declared to return this type. */
function hostReturning(type: unknown): Type {
  @Injectable()
  class Host {
    async run(): Promise<void> {}
  }
  const descriptor = Object.getOwnPropertyDescriptor(Host.prototype, 'run')!;
  Emit('orders')(Host.prototype, 'run', descriptor);
  Object.defineProperty(Host.prototype, 'run', descriptor);
  Reflect.defineMetadata('design:returntype', type, Host.prototype, 'run');
  return Host;
}

describe('a decorated method', () => {
  it.each([String, Number, Boolean, Array, Order])(
    'is refused at bootstrap when it is declared to return %o',
    async (type) => {
      await expect(start(hostReturning(type))).rejects.toMatchObject({
        code: 'KAFKA_PRODUCER_INVALID_METHOD',
        message: expect.stringContaining(
          `Host.run cannot be decorated: it returns ${type.name}, which is no promise`,
        ) as string,
      });
    },
  );

  it.each([Promise, Object, undefined, class Late extends Promise<void> {}])(
    'is trusted when it is declared to return %o',
    async (type) => {
      await expect(start(hostReturning(type))).resolves.toBeUndefined();
    },
  );

  it('that an override replaces without an emit of its own is a warning naming both classes', async () => {
    @Injectable()
    class Quiet extends Base {
      override async place(): Promise<number> {
        return 2;
      }
    }
    await start(Quiet);
    expect(warnings).toEqual([
      'Quiet.place() overrides Base.place() and emits nothing of its own. Repeat its @Emit, or mark the override with @NoEmit(): when that is meant, or when it calls super.place(), which emits already.',
    ]);
  });

  it('may be overridden on purpose, again with @Emit, or not at all', async () => {
    @Injectable()
    class Silent extends Base {
      @NoEmit()
      override async place(): Promise<number> {
        return 2;
      }
    }
    @Injectable()
    class Again extends Base {
      @Emit('orders')
      override async place(): Promise<number> {
        return 2;
      }
    }
    @Injectable()
    class Heir extends Base {}
    await start(Silent, Again, Heir, Base);
    expect(warnings).toEqual([]);
  });
});
