import { Simulation } from 'embedded-kafka';
import { apis } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { beMember } from './programs/group-member.mjs';
import { WireClient } from './programs/wire-client.mjs';

const HOUR_MS = 3_600_000;

/** Seconds of the processor that the work takes: other programs on the machine do not count. */
async function processorSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}

describe('a simulation', () => {
  it('of a cluster with a group that only sends heartbeats passes thousands of seconds in one', async () => {
    const simulation = new Simulation({ seed: 1 });
    const kafka = await simulation.startKafka({ brokers: 3 });
    const hours = 3;
    const seconds = await processorSeconds(async () => {
      const member = beMember({ simulation, kafka, name: 'member', durationMs: hours * HOUR_MS });
      expect(await simulation.run(member)).toBe(hours * 1_200);
    });
    const ratio = (hours * 3_600) / seconds;
    console.log(`idle: ${Math.round(ratio)} virtual seconds in one of the processor`);
    expect(ratio).toBeGreaterThan(1_000);
  });

  it('of a busy client lets thousands of events happen in a second', async () => {
    const simulation = new Simulation({ seed: 1 });
    const kafka = await simulation.startKafka({ topics: [{ name: 'orders' }] });
    const client = new WireClient(simulation, 'client', kafka.bootstrap[0] ?? '');
    const seconds = await processorSeconds(() =>
      simulation.run(async () => {
        for (let count = 0; count < 5_000; count++) await client.request(apis.Metadata, 9, { topics: null });
      }),
    );
    const rate = simulation.firedEvents / seconds;
    console.log(`busy: ${Math.round(rate)} events in a second of the processor`);
    expect(rate).toBeGreaterThan(2_000);
  });
});
