import { Controller, type INestMicroservice, type Type } from '@nestjs/common';
import { Ctx, EventPattern, KafkaContext, Payload, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { logLevel } from 'kafkajs';
import { ExactlyOnce, InjectKafkaProducer, KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';
import { exactlyOnce, type ExactlyOnceTransportOptions } from 'nestjs-kafka-producer/microservices';

type Options = NonNullable<ExactlyOnceTransportOptions['options']>;

/** A message as a handler gets it. */
export interface Handled {
  readonly text: string;
  readonly partition: number;
  readonly offset: string;
  readonly context: KafkaContext;
}

/** What the worker does with a message of `input`; it may send. */
export type Work = (message: Handled, producer: KafkaProducerService) => unknown;

export interface PlainWorkerOptions {
  readonly bootstrap: readonly string[];
  readonly groupId: string;
  readonly input: string;
  readonly work: Work;
  readonly redelivery?: Options['redelivery'];
  readonly consumer?: Partial<Options['consumer']>;
  readonly run?: Options['run'];
}

/** A microservice of Nest's Kafka transport whose one handler is exactly once. Its group has the name that is given. */
export interface PlainWorker {
  readonly producer: KafkaProducerService;
  stop(): Promise<void>;
}

/** Resolves when it consumes. */
export async function startPlainWorker(options: PlainWorkerOptions): Promise<PlainWorker> {
  return startPlainService(options, [controllerOf(options)]);
}

export async function startPlainService(
  { bootstrap, groupId, redelivery, consumer, run }: Omit<PlainWorkerOptions, 'input' | 'work'>,
  controllers: Type[],
): Promise<PlainWorker> {
  const brokers = [...bootstrap];
  const imports = [KafkaProducerModule.forRoot({ client: { clientId: 'worker', brokers } })];
  const module = await Test.createTestingModule({ imports, controllers }).compile();
  const app: INestMicroservice = module.createNestMicroservice(
    exactlyOnce({
      transport: Transport.KAFKA,
      options: {
        postfixId: '',
        client: { clientId: 'worker', brokers, logLevel: logLevel.NOTHING },
        consumer: { groupId, maxWaitTimeInMs: 200, ...consumer }, // stopping waits for the fetch under way
        run: { ...run },
        redelivery,
      },
    }),
  );
  app.useLogger(false);
  await app.listen();
  return { producer: app.get(KafkaProducerService), stop: () => app.close() };
}

function controllerOf({ input, work }: Pick<PlainWorkerOptions, 'input' | 'work'>): Type {
  @Controller()
  class Worker {
    constructor(@InjectKafkaProducer() private readonly producer: KafkaProducerService) {}

    @ExactlyOnce()
    @EventPattern<string>(input)
    async handle(@Payload() text: string, @Ctx() context: KafkaContext): Promise<void> {
      const { offset } = context.getMessage();
      await work({ text, partition: context.getPartition(), offset, context }, this.producer);
    }
  }
  return Worker;
}
