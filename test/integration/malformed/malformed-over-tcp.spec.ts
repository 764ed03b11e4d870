import { connect } from 'node:net';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { seedOf } from '../../support/random.js';
import { FuzzCluster } from './fuzz-cluster.js';
import { KINDS } from './malformed-bytes.js';

const seed = seedOf('malformed bytes over TCP') | 0;
const RUNS = 3000;

describe(`a broker that is fed nonsense over TCP, SEED=${seed}`, () => {
  let cluster: FuzzCluster;
  beforeAll(async () => {
    cluster = await FuzzCluster.start();
  });
  afterAll(() => cluster.stop());

  const port = () => cluster.kafka.broker(1).port;

  it('closes, waits or answers properly', async () => {
    const kinds = Object.values(KINDS).map(({ chunks }) => chunks);
    await fc.assert(
      fc.asyncProperty(fc.oneof(...kinds), async (chunks) => {
        await cluster.survivesOver(connect(port(), '127.0.0.1'), chunks);
      }),
      { numRuns: RUNS, seed },
    );
    await cluster.kafka.broker(1).stop();
    expect(cluster.kafka.broker(1).connectionCount).toBe(0);
    await cluster.kafka.broker(1).start();
  });
});
