// Places one order with the code of the guide, as it is told by its argument. Without a unit it stops before the database commits.
import 'reflect-metadata';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { KafkaProducerModule } from 'nestjs-kafka-producer';
import pg from 'pg';

const { folder, bootstrap, connection, method, order } = JSON.parse(process.argv[2]);
const load = (name) => import(pathToFileURL(join(folder, name)).href);
const { Database } = await load('database.js');
const { Fulfilment, OrdersService } = await load('orders.service.js');

class Shop extends Fulfilment {
  async reserveStock() {
    console.log('reserving stock');
    if (method === 'placeWithoutUnit') await new Promise(() => {});
  }

  async sendMail() {}
}

class AppModule {}
Module({
  imports: [KafkaProducerModule.forRoot({ client: { clientId: 'dying', brokers: bootstrap } })],
  providers: [
    Database,
    OrdersService,
    { provide: pg.Pool, useValue: new pg.Pool(connection) },
    { provide: Fulfilment, useClass: Shop },
  ],
})(AppModule);

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
await app.get(OrdersService)[method](order);
