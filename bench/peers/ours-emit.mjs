import { Injectable } from '@nestjs/common';
import { defineTopic, Emit, KafkaProducerService } from 'nestjs-kafka-producer';
import { decorateClass, decorateMethod } from '../decorate.mjs';
import { createApplication } from './ours.mjs';

/**
 * `class Events { @Emit(contract) async one(payload) {…} @Emit(contract, { each: true }) async many(payloads) {…} }` for a topic whose name
 * is only known at run time, with the decorators applied as TypeScript compiles them.
 *
 * @param {import('../peers.mjs').PeerSettings} settings
 */
function eventsClass({ topic, workload }) {
  const contract =
    workload.payload === 'json'
      ? defineTopic(topic, {
          key: (order) => order.orderId,
          headers: (order) => ({ type: 'OrderPlaced', 'correlation-id': order.correlationId }),
        })
      : defineTopic(topic, { key: null });
  class Events {
    async one(payload) {
      return payload;
    }
    async many(payloads) {
      return payloads;
    }
  }
  decorateMethod(Events, 'one', Emit(contract));
  decorateMethod(Events, 'many', Emit(contract, { each: true }));
  decorateClass(Events, [], Injectable());
  return Events;
}

/** @param {import('../peers.mjs').PeerSettings} settings */
export async function connect(settings) {
  const Events = eventsClass(settings);
  const application = await createApplication(settings, [Events]);
  const events = application.get(Events);
  const producer = application.get(KafkaProducerService);
  return {
    /** @param {Buffer | object} value the payload carries what the contract makes key and headers of */
    record: (value) => value,
    /** @param {Buffer | object} payload */
    send: (payload) => events.one(payload),
    /** @param {(Buffer | object)[]} payloads */
    sendAll: (payloads) => events.many(payloads),
    requests: () => producer.stats().requestsSent,
    close: () => application.close(),
  };
}
