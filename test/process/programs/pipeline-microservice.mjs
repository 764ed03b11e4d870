// The pipeline as a microservice of Nest: one handler, and a transport that makes it exactly once.
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload, Transport } from '@nestjs/microservices';
import { ExactlyOnce, KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';
import { exactlyOnce, ExactlyOnceKafkaServer } from 'nestjs-kafka-producer/microservices';
import { pipelineWork } from './pipeline-work.mjs';

/** @returns ends it */
export async function startPipeline(brokers, options) {
  /** Made when there is a producer. */
  const work = {};
  class PipelineController {
    async make(_value, context) {
      const { key, value, offset } = context.getMessage();
      await work.handle({ key, value, offset, partition: context.getPartition() });
    }
  }
  const { clientId, source, transactions, transport } = options;
  const marks = transport === 'plain' ? [ExactlyOnce()] : [];
  decorate(PipelineController, 'make', [EventPattern(source), ...marks], [Payload(), Ctx()]);
  Controller()(PipelineController);
  class AppModule {}
  Module({
    imports: [KafkaProducerModule.forRoot({ client: { clientId, brokers }, transactions })],
    controllers: [PipelineController],
  })(AppModule);

  const app = await NestFactory.createMicroservice(AppModule, {
    abortOnError: false,
    inject: [KafkaProducerService],
    useFactory: (producer) => TRANSPORTS[transport](options, producer, brokers),
  });
  Object.assign(work, pipelineWork(app.get(KafkaProducerService), options));
  await app.listen();
  const [, consumer] = app.unwrap();
  consumer.on(consumer.events.GROUP_JOIN, () => work.note('joined'));
  return () => app.close();
}

const TRANSPORTS = {
  strategy: (options, producer) => ({
    strategy: new ExactlyOnceKafkaServer({
      ...shared(options),
      producer,
      maxMessagesPerUnit: options.maxMessagesPerUnit,
    }),
  }),
  plain: (options, _producer, brokers) =>
    exactlyOnce({
      transport: Transport.KAFKA,
      options: { ...shared(options), client: { clientId: options.clientId, brokers } },
    }),
};

function shared({ groupId, session, concurrency, maxAttempts, deadLetterTopic }) {
  return {
    consumer: { groupId, ...session },
    run: { partitionsConsumedConcurrently: concurrency },
    redelivery: { backoffMs: 20, backoffMaxMs: 500, maxAttempts, deadLetterTopic },
  };
}

/** As if the decorators stood above the method and before its parameters. */
function decorate({ prototype }, name, ofMethod, ofParameters) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  for (const decorator of ofMethod) decorator(prototype, name, descriptor);
  ofParameters.forEach((decorator, index) => decorator(prototype, name, index));
}
