import { createServer, type AddressInfo } from 'node:net';

import type { LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { EmbeddedKafka } from 'embedded-kafka';
import { KafkaProducerModule, KafkaProducerService, type KafkaProducerOptions } from 'nestjs-kafka-producer';
import { describe, expect, it, onTestFinished } from 'vitest';

/** A port nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function boot(brokers: readonly string[], options: Omit<KafkaProducerOptions, 'client'>, client = {}) {
  const imports = [
    KafkaProducerModule.forRoot({ client: { clientId: 'test', brokers: [...brokers], ...client }, ...options }),
  ];
  const application = await Test.createTestingModule({ imports }).setLogger(SILENT).compile();
  await application.init();
  onTestFinished(() => application.close());
  return application.get(KafkaProducerService);
}

const SILENT: LoggerService = { log: () => {}, warn: () => {}, error: () => {} };
const IMPATIENT = { maxBlockMs: 400 };

describe('an application whose brokers cannot be reached', () => {
  it.each(['lazy', 'background'] as const)(
    'boots all the same with connect %s; a send names the address and the cause',
    async (connect) => {
      const address = `127.0.0.1:${await freePort()}`;
      const producer = await boot([address], { connect, producer: IMPATIENT });
      const failure = await producer.send({ topic: 'orders', value: 'a' }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'BufferExhaustedError', waitedFor: 'metadata', retriable: true });
      expect((failure as Error).message).toContain(address);
      expect((failure as Error).message).toMatch(/refused/i);
    },
  );

  it('refuses to boot with connect eager, after connectTimeoutMs, naming the address', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    await expect(boot([address], { connect: 'eager', connectTimeoutMs: 500 })).rejects.toThrow(address);
  });

  it('says that a host name is not known', async () => {
    const producer = await boot(['no-such-host.invalid:9092'], { producer: IMPATIENT });
    await expect(producer.send({ topic: 'orders', value: 'a' })).rejects.toThrow(/no-such-host\.invalid/);
  });

  it('says what to change when TLS is spoken to a plaintext port', async () => {
    const kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders', partitions: 1 }] });
    onTestFinished(() => kafka.stop());
    const producer = await boot(kafka.bootstrap, { producer: { maxBlockMs: 2_000 } }, { ssl: true });
    await expect(producer.send({ topic: 'orders', value: 'a' })).rejects.toThrow(/ssl|TLS/);
  });

  it('delivers once the brokers are there: nothing is remembered of the failed attempts', async () => {
    const port = await freePort();
    const producer = await boot([`127.0.0.1:${port}`], { connect: 'background' });
    const sent = producer.send({ topic: 'orders', value: 'a' });
    const kafka = await EmbeddedKafka.start({ port, topics: [{ name: 'orders', partitions: 1 }] });
    onTestFinished(() => kafka.stop());
    await expect(sent).resolves.toMatchObject({ topic: 'orders', partition: 0, offset: '0' });
  });
});
