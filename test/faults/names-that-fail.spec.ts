import dns from 'node:dns';

import { EmbeddedKafka, Random } from 'embedded-kafka';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { seedOf } from '../support/random.js';
import { changingRun } from './support/changing-run.js';

const NAME = 'broker.kafka.test';
const DEAD = '127.0.0.2';
const ALIVE = '127.0.0.1';

type Answered = (error: Error | null, address?: string | dns.LookupAddress[], family?: number) => void;

/** Node's resolver, as far as our one name goes. `addresses` undefined: there is none at the moment. */
function fakeResolver() {
  const resolver = { addresses: [ALIVE] as readonly string[] | undefined, failures: 0, lookups: 0 };
  const real = dns.lookup.bind(dns) as (name: string, options: unknown, answered: Answered) => void;
  const lookup = (name: string, given: unknown, last?: Answered): void => {
    const answered = last ?? (given as Answered);
    const options = last === undefined ? {} : (given as dns.LookupOptions);
    if (name !== NAME) return real(name, options, answered);
    const { addresses } = resolver;
    resolver.lookups++;
    if (addresses === undefined) resolver.failures++;
    process.nextTick(() => {
      if (addresses === undefined) {
        answered(
          Object.assign(new Error(`getaddrinfo EAI_AGAIN ${NAME}`), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }),
        );
      } else if (options.all === true)
        answered(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
      else answered(null, addresses[0], 4);
    });
  };
  vi.spyOn(dns, 'lookup').mockImplementation(lookup);
  return resolver;
}

const seed = seedOf('names-that-fail');

async function start(): Promise<EmbeddedKafka> {
  const kafka = await EmbeddedKafka.start({ brokers: 3, seed, host: NAME });
  onTestFinished(() => kafka.stop());
  return kafka;
}

describe('records are in the log once and in order', () => {
  it('although the names of all brokers do not resolve for a while', async () => {
    const resolver = fakeResolver();
    const kafka = await start();
    const run = await changingRun(kafka, new Random(seed), {}, async () => {
      resolver.addresses = undefined;
      for (const broker of kafka.brokers) broker.disconnectClients();
      await expect.poll(() => resolver.failures, { timeout: 10_000 }).toBeGreaterThan(10);
      resolver.addresses = [ALIVE];
    });
    expect(run).toMatchObject({ text: 'no violation', leftBehind: [], okRatio: 1 });
  });

  it('although the names do not resolve for longer than records may take: they fail as not sent, and are not', async () => {
    const resolver = fakeResolver();
    const kafka = await start();
    const producer = { deliveryTimeoutMs: 300, maxBlockMs: 500 };
    const run = await changingRun(kafka, new Random(seed), { producer }, async ({ workload }) => {
      const before = workload.failed;
      resolver.addresses = undefined;
      for (const broker of kafka.brokers) broker.disconnectClients();
      await expect.poll(() => workload.failed, { timeout: 10_000 }).toBeGreaterThan(before + 10);
      resolver.addresses = [ALIVE];
    });
    expect(run).toMatchObject({ text: 'no violation', leftBehind: [] });
    expect(run.okRatio).toBeLessThan(1);
  });

  it('although the first address of each name is dead', async () => {
    const resolver = fakeResolver();
    const kafka = await start();
    resolver.addresses = [DEAD, ALIVE];
    const lookups = resolver.lookups;
    const run = await changingRun(kafka, new Random(seed), {}, async ({ more }) => {
      for (const broker of kafka.brokers) {
        broker.disconnectClients();
        await more();
      }
    });
    expect(run).toMatchObject({ text: 'no violation', leftBehind: [], okRatio: 1 });
    expect(resolver.lookups).toBeGreaterThan(lookups + 3);
  });
});
