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
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
  return { app, producer: app.get(KafkaProducerService) };
}
