import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import { KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';
import { ExactlyOnceKafkaServer } from 'nestjs-kafka-producer/microservices';
import { decorateClass, decorateMethod } from '../decorate.mjs';
import { confirmationOf, PARTITIONS } from '../pipeline/orders.mjs';

/**
 * A microservice whose controller has `@EventPattern(input) async confirm(@Payload() order) {…}`, with the decorators applied as TypeScript compiles them:
 * Nest's parsing, pipes and filters are part of what is measured.
 *
 * @param {import('../pipeline/pipeline-peers.mjs').PipelineSettings} settings
 */
export async function connect({ brokers, input, output, groupId, messagesPerUnit, options }) {
  const Orders = controllerOf(input, output);
  class BenchModule {}
  const application = await NestFactory.createMicroservice(
    {
      module: BenchModule,
      imports: [
        KafkaProducerModule.forRoot({ client: { clientId: 'bench', brokers }, producer: options, connect: 'eager' }),
      ],
      controllers: [Orders],
    },
    {
      logger: ['warn', 'error', 'fatal'],
      abortOnError: false,
      inject: [KafkaProducerService],
      useFactory: (producer) => ({
        strategy: new ExactlyOnceKafkaServer({
          producer,
          consumer: { groupId },
          // The group is asked for by its name.
          postfixId: '',
          subscribe: { fromBeginning: true },
          run: { partitionsConsumedConcurrently: PARTITIONS },
          maxMessagesPerUnit: messagesPerUnit,
        }),
      }),
    },
  );
  await application.listen();
  return { stop: () => application.close() };
}

/**
 * @param {string} input
 * @param {string} output
 */
function controllerOf(input, output) {
  class Orders {
    #producer;

    constructor(producer) {
      this.#producer = producer;
    }

    async confirm(order) {
      const confirmation = confirmationOf(order);
      await this.#producer.send({ topic: output, key: confirmation.orderId, value: confirmation });
    }
  }
  decorateMethod(Orders, 'confirm', EventPattern(input), (target, name) => Payload()(target, name, 0));
  decorateClass(Orders, [KafkaProducerService], Controller());
  return Orders;
}
