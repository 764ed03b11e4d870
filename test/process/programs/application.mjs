import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';

/** A Nest application with nothing but the producer. */
export async function startApplication(brokers, options = {}) {
  class AppModule {}
  Module({ imports: [KafkaProducerModule.forRoot({ client: { clientId: 'program', brokers }, ...options })] })(
    AppModule,
  );
  // abortOnError: Nest would end the process itself, and hide what keeps it from ending.
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'], abortOnError: false });
  return { app, producer: app.get(KafkaProducerService) };
}

/** What would keep the process alive now, beside the pipes to the test. */
export async function handlesLeft() {
  await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo().filter((name) => !/^(TTYWrap|PipeWrap|FSReqCallback)$/.test(name));
}
