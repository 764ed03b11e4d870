import { Controller, Module, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, Transport, type KafkaOptions } from '@nestjs/microservices';
import { EmbeddedKafka } from 'embedded-kafka';
import { ExactlyOnce, KafkaProducerModule } from 'nestjs-kafka-producer';
import { exactlyOnce } from 'nestjs-kafka-producer/microservices';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

@Controller()
class Marked {
  @ExactlyOnce()
  @EventPattern<string>('orders')
  async handle(@Payload() _order: string): Promise<void> {}
}

@Controller()
class Unmarked {
  @EventPattern<string>('stock')
  async handle(@Payload() _order: string): Promise<void> {}
}

@Controller()
class AlsoMarked {
  @ExactlyOnce()
  @EventPattern<string>('orders')
  async handle(@Payload() _order: string): Promise<void> {}
}

describe('an application whose handlers would not be exactly once does not start', () => {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders' }, { name: 'stock' }] });
  });
  afterAll(() => kafka.stop());

  const transport = (): KafkaOptions & { transport: Transport.KAFKA } => ({
    transport: Transport.KAFKA,
    options: {
      client: { clientId: 'worker', brokers: [...kafka.bootstrap] },
      consumer: { groupId: 'stock', maxWaitTimeInMs: 100 },
    },
  });

  function application(controllers: Type[]): Type {
    @Module({
      imports: [KafkaProducerModule.forRoot({ client: { clientId: 'worker', brokers: [...kafka.bootstrap] } })],
      controllers,
    })
    class Application {}
    return Application;
  }

  /** @returns nothing when it has started */
  async function problem(start: () => Promise<Pick<INestMicroservice, 'close'>>): Promise<string | undefined> {
    try {
      await (await start()).close();
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async function microservice(options: KafkaOptions, ...controllers: Type[]): Promise<INestMicroservice> {
    const app = await NestFactory.createMicroservice(application(controllers), {
      ...options,
      logger: false,
      abortOnError: false,
    });
    await app.listen();
    return app;
  }

  it('and one whose handlers are does', async () => {
    await expect(problem(() => microservice(exactlyOnce(transport()), Marked))).resolves.toBeUndefined();
  });

  it.each<[string, Type[], boolean, RegExp]>([
    [
      'a transport that commits offsets by itself',
      [Marked],
      false,
      /^Marked\.handle .*does not commit offsets in units/,
    ],
    [
      'a handler whose offsets nobody commits',
      [Marked, Unmarked],
      true,
      /^Unmarked\.handle .*Put @ExactlyOnce\(\) on it/,
    ],
    ['two handlers of one message', [Marked, AlsoMarked], true, /AlsoMarked\.handle\(\) handles the same messages/],
  ])('because of %s', async (_what, controllers, isOurs, message) => {
    const options = transport();
    const starting = problem(() => microservice(isOurs ? exactlyOnce(options) : options, ...controllers));
    await expect(starting).resolves.toMatch(message);
  });

  it('because of another transport of a hybrid application, which would call the handler too', async () => {
    const starting = problem(async () => {
      const app = await NestFactory.create(application([Marked]), { logger: false, abortOnError: false });
      app.connectMicroservice(exactlyOnce(transport()));
      app.connectMicroservice({ transport: Transport.TCP });
      return app.init();
    });
    await expect(starting).resolves.toMatch(/^Marked\.handle .*name Transport\.KAFKA in the pattern/);
  });
});
