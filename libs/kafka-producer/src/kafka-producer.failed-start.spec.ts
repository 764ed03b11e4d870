import { Injectable } from '@nestjs/common';
import { beforeEach, describe, expect, it } from 'vitest';

import { KafkaProducerModule } from './kafka-producer.module.js';
import type { KafkaProducerOptions } from './options/module.options.js';
import { Emit } from './decorators/emit.decorator.js';
import { client, withFakeParts } from './decorators/spec-support/fake-parts.js';
import { credentials, refused, tooOld } from './decorators/spec-support/failing-starts.js';

function application(
  options: Partial<KafkaProducerOptions> = {},
  providers: (new (...args: never[]) => object)[] = [],
) {
  return withFakeParts({ imports: [KafkaProducerModule.forRoot({ client, ...options })], providers });
}

describe('a start that fails', () => {
  let exitListeners: number;
  beforeEach(() => (exitListeners = process.listenerCount('exit')));

  it.each([
    [
      'no broker answers',
      refused,
      {
        code: 'KAFKA_PRODUCER_CLUSTER_UNREACHABLE',
        cause: refused,
        message:
          "The producer 'default' could not connect: No answer from a broker within 10000 ms (brokers: b1:9092). Check client.brokers and that a broker can be reached from here, raise connectTimeoutMs, or start without a broker: connect: 'background'.",
      },
    ],
    [
      'the brokers are too old',
      tooOld,
      {
        code: 'KAFKA_PRODUCER_CLUSTER_UNREACHABLE',
        cause: tooOld,
        message: expect.stringMatching(/ upgrade the broker, .*\. Waiting longer does not help\.$/) as string,
      },
    ],
    ['credentials are refused', credentials, { code: 'KAFKA_PRODUCER_AUTHENTICATION' }],
  ])('because eager connecting failed leaves nothing open: %s', async (_title, unreachable, error) => {
    const { builder, cluster } = application({ connect: 'eager' });
    cluster.unreachable = unreachable;
    const app = await builder.compile();
    await expect(app.init()).rejects.toMatchObject(error);
    expect(cluster.log).toEqual(['ping within 10000', 'drain within 10000', 'close']);
    expect(process.listenerCount('exit')).toBe(exitListeners);
  });

  it('because of the application itself, before anything was opened', async () => {
    @Injectable()
    class Broken {
      onModuleInit(): void {
        throw new Error('no database');
      }
    }
    const { builder, cluster } = application({ connect: 'eager' }, [Broken]);
    const app = await builder.compile();
    await expect(app.init()).rejects.toThrow('no database');
    expect(cluster.log).toEqual([]);
    expect(process.listenerCount('exit')).toBe(exitListeners);
  });

  it('because a decorated method is wrong, closes what its hooks may have opened and never connects', async () => {
    @Injectable()
    class Sync {
      @Emit('orders')
      run(): Promise<void> {
        return Promise.resolve();
      }
    }
    Reflect.defineMetadata('design:returntype', String, Sync.prototype, 'run');
    const { builder, cluster } = application({}, [Sync]);
    const app = await builder.compile();
    await expect(app.init()).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_INVALID_METHOD' });
    expect(cluster.log).toEqual(['drain within 10000', 'close']);
    expect(process.listenerCount('exit')).toBe(exitListeners);
  });

  it('because a second module cannot connect, closes the first', async () => {
    const { builder, cluster } = withFakeParts({
      imports: ['a', 'b'].map((name) => KafkaProducerModule.forRoot({ client, name, connect: 'eager' })),
    });
    const ping = cluster.ping.bind(cluster);
    cluster.ping = async (timeoutMs) => {
      if (cluster.log.length > 0) cluster.unreachable = refused;
      await ping(timeoutMs);
    };
    const app = await builder.compile();
    await expect(app.init()).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_CLUSTER_UNREACHABLE', producer: 'b' });
    expect(cluster.log.toSorted()).toEqual([
      'close',
      'close',
      'drain within 10000',
      'drain within 10000',
      'ping within 10000',
      'ping within 10000',
    ]);
    expect(process.listenerCount('exit')).toBe(exitListeners);
  });
});
