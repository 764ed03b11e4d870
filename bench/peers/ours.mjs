import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';

class BenchModule {}

/**
 * An application context around the module with its default options: idempotence is on, nothing is tuned.
 *
 * @param {import('../peers.mjs').PeerSettings} settings
 * @param {(new () => object)[]} providers
 */
export async function createApplication({ brokers, options }, providers = []) {
  return NestFactory.createApplicationContext(
    {
      module: BenchModule,
      imports: [
        KafkaProducerModule.forRoot({ client: { clientId: 'bench', brokers }, producer: options, connect: 'eager' }),
      ],
      providers,
    },
    { logger: ['warn', 'error', 'fatal'], abortOnError: false },
  );
}

/** @param {import('../peers.mjs').PeerSettings} settings */
export async function connect(settings) {
  const application = await createApplication(settings);
  const producer = application.get(KafkaProducerService);
  const { topic } = settings;
  return {
    /**
     * @param {Buffer | object} value
     * @param {string | undefined} key
     * @param {Record<string, string> | undefined} headers
     */
    record: (value, key, headers) => (key === undefined ? { topic, value } : { topic, key, value, headers }),
    /** @param {object} record */
    send: (record) => producer.send(record),
    /** @param {object[]} records */
    sendAll: (records) => producer.sendAll(records),
    requests: () => producer.stats().requestsSent,
    close: () => application.close(),
  };
}
