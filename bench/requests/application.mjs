import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Controller, Get, Global, Inject, Injectable, Module, Param, Scope } from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import { defineTopic, Emit, KafkaProducerModule, RequestKafkaProducer } from 'nestjs-kafka-producer';
import { Observable } from 'rxjs';
import { decorateClass, decorateMethod } from '../decorate.mjs';

/**
 * An HTTP application with one endpoint, `GET /orders/:id`, on express as Nest has it by default.
 *
 * @param {import('./parts.mjs').Variant} variant
 * @param {string[]} brokers
 * @param {string} topic
 */
export async function createApplication({ around, controller, emits }, brokers, topic) {
  const Events = eventsOf(topic, emits === 'scope' ? 'scope' : 'ack');
  class BenchModule {}
  const application = await NestFactory.create(
    {
      module: BenchModule,
      imports: [
        TenantModule,
        KafkaProducerModule.forRoot({
          client: { clientId: 'bench', brokers },
          ...(around.startsWith('scope') && { requestScope: {} }),
          connect: emits === 'none' ? 'lazy' : 'eager',
        }),
      ],
      controllers: [emits === 'none' ? idleController(controller) : emittingController(Events, emits)],
      providers: [Events],
    },
    { logger: ['warn', 'error', 'fatal'], abortOnError: false },
  );
  if (around === 'context-in-use') new AsyncLocalStorage().run({}, () => {});
  if (around.endsWith('interceptor'))
    application.useGlobalInterceptors({ intercept: (_context, next) => next.handle() });
  if (around === 'context') application.useGlobalInterceptors(inAsyncContext());
  return application;
}

/** As a scope has to be opened, with nothing else of it: Nest calls the handler when it is subscribed to. */
function inAsyncContext() {
  const storage = new AsyncLocalStorage();
  return {
    intercept: (_context, next) =>
      new Observable((subscriber) => storage.run({}, () => next.handle().subscribe(subscriber))),
  };
}

/** @param {import('./parts.mjs').Variant['controller']} kind */
function idleController(kind) {
  class Orders {
    async get(id) {
      return { id, status: 'confirmed' };
    }
  }
  decorateMethod(Orders, 'get', Get(':id'), idParameter);
  const injected = { singleton: [], request: [Tenant], facade: [RequestKafkaProducer] };
  decorateClass(Orders, injected[kind], Controller('orders'));
  return Orders;
}

/** What users make per request, and the smallest of its kind. */
class Tenant {
  constructor(request) {
    this.request = request;
  }
}
decorateClass(Tenant, [Object], Injectable({ scope: Scope.REQUEST }));
Inject(REQUEST)(Tenant, undefined, 0);

/** Of a module that all have, as the producer's is. */
class TenantModule {}
decorateClass(TenantModule, [], Global(), Module({ providers: [Tenant], exports: [Tenant] }));

/**
 * @param {ReturnType<typeof eventsOf>} Events
 * @param {import('./parts.mjs').Variant['emits']} emits
 */
function emittingController(Events, emits) {
  class Orders {
    #events;

    constructor(events) {
      this.#events = events;
    }

    async get(id) {
      const events = this.#events;
      if (emits === 'together') await Promise.all([events.placed(id), events.reserved(id), events.billed(id)]);
      else {
        await events.placed(id);
        await events.reserved(id);
        await events.billed(id);
      }
      return { id, status: 'confirmed' };
    }
  }
  decorateMethod(Orders, 'get', Get(':id'), idParameter);
  decorateClass(Orders, [Events], Controller('orders'));
  return Orders;
}

function idParameter(target, name) {
  Param('id')(target, name, 0);
}

/**
 * @param {string} topic
 * @param {'ack' | 'scope'} waitFor
 */
function eventsOf(topic, waitFor) {
  const contract = defineTopic(topic, { key: ({ id }) => id });
  class Events {
    async placed(id) {
      return { id, type: 'OrderPlaced' };
    }
    async reserved(id) {
      return { id, type: 'StockReserved' };
    }
    async billed(id) {
      return { id, type: 'OrderBilled' };
    }
  }
  for (const name of ['placed', 'reserved', 'billed']) decorateMethod(Events, name, Emit(contract, { waitFor }));
  decorateClass(Events, [], Injectable());
  return Events;
}
