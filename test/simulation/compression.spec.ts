import { Simulation } from 'embedded-kafka';
import { apis, encodeRecordBatch, loadCodec } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { WireClient } from './programs/wire-client.mjs';

const LATER_MS = 1_700_000_000_000;

describe('what threads do in a broker', () => {
  it('takes no virtual time that depends on them', async () => {
    const records = await encodeRecordBatch({
      records: [
        { value: 'a', timestamp: 1 },
        { value: 'b'.repeat(100_000), timestamp: LATER_MS },
      ],
      codec: await loadCodec('gzip'),
    });
    const run = async (): Promise<[offset: number, hash: string]> => {
      const simulation = new Simulation({ seed: 1 });
      const kafka = await simulation.startKafka({ topics: [{ name: 'orders' }] });
      const client = new WireClient(simulation, 'client', kafka.bootstrap[0] ?? '');
      const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }];
      const partitions = [{ partitionIndex: 0, timestamp: 2 }];
      const found = await simulation.run(async () => {
        await client.request(apis.Produce, 9, { acks: -1, timeoutMs: 1_000, topicData });
        return client.request(apis.ListOffsets, 5, { topics: [{ name: 'orders', partitions }] });
      });
      return [found.topics[0].partitions[0].offset, simulation.trace.hash];
    };
    const first = await run();
    expect(first[0]).toBe(1);
    expect(await run()).toEqual(first);
  });
});
