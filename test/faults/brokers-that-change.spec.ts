import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

import { EmbeddedKafka, Random, type Broker, type EmbeddedKafkaOptions } from 'embedded-kafka';
import { describe, expect, it, onTestFinished } from 'vitest';

import { seedOf } from '../support/random.js';
import { CHANGING_TOPIC, changingRun, type ChangingRun } from './support/changing-run.js';
import { FrameProxy } from './support/frame-proxy.js';
import { ProxyStrikes } from './support/proxy-strikes.js';

/** About what the oldest release we support speaks, Kafka 2.6. */
const OLD_RELEASE = { Produce: 8, Metadata: 9, InitProducerId: 3, ApiVersions: 3, FindCoordinator: 3 };
const NEW_RELEASE = {};
const NO_LEADER_HINTS = { Produce: 9 };

const seed = seedOf('brokers-that-change');

async function start(options: EmbeddedKafkaOptions = {}): Promise<{ kafka: EmbeddedKafka; random: Random }> {
  const kafka = await EmbeddedKafka.start({ brokers: 3, seed, ...options });
  onTestFinished(() => kafka.stop());
  return { kafka, random: new Random(seed) };
}

function expectSound({ text, leftBehind, okRatio }: ChangingRun): void {
  expect({ text, leftBehind, okRatio }).toEqual({ text: 'no violation', leftBehind: [], okRatio: 1 });
}

const produced = (kafka: EmbeddedKafka, broker: number) =>
  kafka.requests('Produce').filter((request) => request.broker === broker);

async function restart(broker: Broker, options: Parameters<Broker['start']>[0]): Promise<void> {
  await broker.stop();
  await broker.start(options);
}

/** Takes connections and never answers. */
async function listenSilently(port: number, onConnection: () => unknown): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection();
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
}

describe('records are in the log once and in order', () => {
  it('although each broker in turn comes back at another port', async () => {
    const { kafka, random } = await start();
    const ports = kafka.brokers.map(({ port }) => port);
    const atOldPorts = new Map<number, number>();
    const run = await changingRun(kafka, random, {}, async ({ more }) => {
      for (const broker of kafka.brokers) {
        await broker.stop();
        await more();
        await broker.start({ port: 0 });
        atOldPorts.set(broker.id, produced(kafka, broker.id).length);
        for (let partition = 0; partition < 6; partition++) kafka.moveLeader(CHANGING_TOPIC, partition, broker.id);
        await more();
      }
    });
    expectSound(run);
    for (const [at, { id, port }] of kafka.brokers.entries()) {
      expect(port).not.toBe(ports[at]);
      expect(produced(kafka, id).length).toBeGreaterThan(atOldPorts.get(id) ?? Infinity);
    }
  });

  it('although all brokers come back at other ports at once, and are found by the function that names them', async () => {
    const { kafka, random } = await start();
    const before = kafka.bootstrap;
    let asked = 0;
    const bootstrap = (): string[] => {
      asked++;
      return [...kafka.bootstrap];
    };
    const run = await changingRun(kafka, random, { bootstrap }, async () => {
      asked = 0;
      await Promise.all(kafka.brokers.map((broker) => broker.stop()));
      await Promise.all(kafka.brokers.map((broker) => broker.start({ port: 0 })));
    });
    expectSound(run);
    expect(asked).toBeGreaterThan(0);
    expect(kafka.bootstrap.filter((address) => before.includes(address))).toEqual([]);
  });

  it('although all brokers come back at other ports at once, and are found behind the address that stays', async () => {
    const { kafka, random } = await start();
    const gate = await FrameProxy.listen(new ProxyStrikes());
    onTestFinished(() => gate.close());
    [gate.target] = kafka.bootstrap;
    const run = await changingRun(kafka, random, { bootstrap: [gate.address] }, async () => {
      const accepted = gate.accepted;
      await Promise.all(kafka.brokers.map((broker) => broker.stop()));
      await Promise.all(kafka.brokers.map((broker) => broker.start({ port: 0 })));
      gate.target = kafka.bootstrap[1];
      await expect.poll(() => gate.accepted, { timeout: 10_000 }).toBeGreaterThan(accepted);
    });
    expectSound(run);
  });

  it('although all brokers come back at other ports at once, and something silent listens at the old ones', async () => {
    const { kafka, random } = await start();
    const ports = kafka.brokers.map(({ port }) => port);
    const met = new Set<number>();
    const bootstrap = (): string[] => [...kafka.bootstrap];
    const client = { connectionTimeout: 500 };
    const run = await changingRun(kafka, random, { bootstrap, client }, async () => {
      await Promise.all(kafka.brokers.map((broker) => broker.stop()));
      await Promise.all(ports.map((port) => listenSilently(port, () => met.add(port))));
      await Promise.all(kafka.brokers.map((broker) => broker.start({ port: 0 })));
    });
    expectSound(run);
    expect(met).toEqual(new Set(ports));
  });

  it('although no broker knows of new leaders, nor tells of them in an answer, for a while', async () => {
    const { kafka, random } = await start();
    for (const broker of kafka.brokers) await restart(broker, { maxVersions: NO_LEADER_HINTS });
    let retried = 0;
    const run = await changingRun(kafka, random, {}, async ({ service }) => {
      for (const broker of kafka.brokers) broker.freezeMetadata();
      const before = service.stats().retriedBatches;
      for (let partition = 0; partition < 6; partition++) {
        kafka.moveLeader(CHANGING_TOPIC, partition, (kafka.leaderOf(CHANGING_TOPIC, partition) % 3) + 1);
      }
      await expect.poll(() => service.stats().retriedBatches, { timeout: 10_000 }).toBeGreaterThan(before + 10);
      retried = service.stats().retriedBatches - before;
      for (const broker of kafka.brokers) broker.thawMetadata();
    });
    expectSound(run);
    expect(retried).toBeGreaterThan(10);
  });

  it('although the brokers are upgraded one after the other, and downgraded again', async () => {
    const { kafka, random } = await start();
    for (const broker of kafka.brokers) await restart(broker, { maxVersions: OLD_RELEASE });
    const run = await changingRun(kafka, random, {}, async ({ more }) => {
      for (const maxVersions of [NEW_RELEASE, OLD_RELEASE]) {
        for (const broker of kafka.brokers) {
          await restart(broker, { maxVersions });
          for (let partition = 0; partition < 6; partition++) kafka.moveLeader(CHANGING_TOPIC, partition, broker.id);
          await more();
        }
      }
    });
    expectSound(run);
    for (const { id } of kafka.brokers) {
      const versions = produced(kafka, id).map(({ apiVersion }) => apiVersion);
      const changes = versions.filter((version, at) => version > 8 !== (versions[at - 1] ?? version) > 8);
      expect(new Set(versions.map((version) => version > 8))).toEqual(new Set([true, false]));
      expect(changes.length, `versions of Produce at broker ${id}: ${versions.join()}`).toBe(2);
    }
  });

  it('although every TLS handshake takes its time', async () => {
    const { kafka, random } = await start({ tls: { handshakeDelayMs: 300 } });
    const client = { ssl: { rejectUnauthorized: false }, connectionTimeout: 3_000 };
    const run = await changingRun(kafka, random, { client }, async ({ more }) => {
      for (const broker of kafka.brokers) {
        broker.disconnectClients();
        await more();
        await restart(broker, {});
        await more();
      }
    });
    expectSound(run);
    expect(run.slowestMs).toBeGreaterThan(300);
  });

  it('although a TLS handshake takes longer than records may: they fail as not sent, and are not', async () => {
    const { kafka, random } = await start({ tls: { handshakeDelayMs: 1_000 } });
    const client = { ssl: { rejectUnauthorized: false }, connectionTimeout: 3_000 };
    const producer = { deliveryTimeoutMs: 400 };
    const run = await changingRun(kafka, random, { client, producer }, async ({ workload, more }) => {
      const before = workload.failed;
      for (const broker of kafka.brokers) broker.disconnectClients();
      await expect.poll(() => workload.failed, { timeout: 10_000 }).toBeGreaterThan(before);
      await more();
    });
    expect(run.text).toBe('no violation');
    expect(run.leftBehind).toEqual([]);
    expect(run.okRatio).toBeLessThan(1);
  });
});
