import { EmbeddedKafka } from 'embedded-kafka';
import { apis, errorName, type ResponseOf } from 'kafka-wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fetchOf } from '../support/fetched-partition.js';
import { RawConnection } from '../support/raw-connection.js';

const PATIENCE_MS = 400;

describe('a fetch session of a client that loses a right', () => {
  let kafka: EmbeddedKafka;
  let connection: RawConnection;
  beforeEach(async () => {
    kafka = await EmbeddedKafka.start({
      topics: [{ name: 'orders' }, { name: 'payments' }],
      acls: [
        { principal: 'User:ANONYMOUS', operation: 'read', resource: { type: 'topic', name: 'orders' } },
        { principal: 'User:ANONYMOUS', operation: 'read', resource: { type: 'topic', name: 'payments' } },
      ],
    });
    connection = await RawConnection.open(kafka.bootstrap[0] ?? '');
  });
  afterEach(async () => {
    connection.close();
    await kafka.stop();
  });

  const begin = async (...topics: string[]) => {
    const parts = topics.map((topic) => fetchOf({ topic }, [{ partition: 0 }], { sessionId: 0, sessionEpoch: 0 }));
    const input = { ...parts[0]!, topics: parts.flatMap((part) => part.topics ?? []), maxWaitMs: 0 };
    const { sessionId } = await connection.request(apis.Fetch, 12, input);
    return sessionId;
  };
  const next = async (sessionId: number) => {
    const startedAt = performance.now();
    const input = { ...fetchOf({ topic: '' }, [], { sessionId, sessionEpoch: 1 }), topics: [] };
    const response = await connection.request(apis.Fetch, 12, { ...input, maxWaitMs: PATIENCE_MS, minBytes: 1 });
    return { told: errorsIn(response), tookMs: performance.now() - startedAt };
  };
  const errorsIn = ({ responses }: ResponseOf<typeof apis.Fetch>) =>
    responses.flatMap(({ topic, partitions }) => partitions.map(({ errorCode }) => [topic, errorName(errorCode)]));
  const lose = (name: string) => kafka.acls.remove({ resource: { type: 'topic', name } });

  it('is told at once where it wants nothing else, and not only with the next record', async () => {
    const sessionId = await begin('orders');
    lose('orders');
    const { told, tookMs } = await next(sessionId);
    expect(told).toEqual([['orders', 'TOPIC_AUTHORIZATION_FAILED']]);
    expect(tookMs).toBeLessThan(PATIENCE_MS / 2);
  });

  it('is told after the wait for what else it wants', async () => {
    const sessionId = await begin('orders', 'payments');
    lose('orders');
    const { told, tookMs } = await next(sessionId);
    expect(told).toEqual([['orders', 'TOPIC_AUTHORIZATION_FAILED']]);
    expect(tookMs).toBeGreaterThan(PATIENCE_MS / 2);
  });
});
