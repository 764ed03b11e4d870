// Two producers: the first connects, the second finds nobody, so the application does not start. The process must end by itself all the same.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { KafkaProducerModule } from 'nestjs-kafka-producer';
import { handlesLeft } from './application.mjs';

const [, , ...brokers] = process.argv;
const producer = (name, bootstrap) =>
  KafkaProducerModule.forRoot({
    name,
    client: { clientId: name, brokers: bootstrap },
    connect: 'eager',
    connectTimeoutMs: 500,
  });
class AppModule {}
Module({ imports: [producer('first', brokers), producer('second', ['127.0.0.1:1'])] })(AppModule);
try {
  await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
} catch (error) {
  console.log(JSON.stringify({ left: await handlesLeft(), message: error.message }));
}
