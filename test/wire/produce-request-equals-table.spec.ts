import {
  apis,
  encodeProduceRequest,
  encodeRequest,
  NEWEST_HAND_WRITTEN_PRODUCE_VERSION,
  type ProduceRequest,
} from 'kafka-wire';
import { describe, expect, it } from 'vitest';

const { min } = apis.Produce.versions;
const max = NEWEST_HAND_WRITTEN_PRODUCE_VERSION;
const versions = Array.from({ length: max - min + 1 }, (_, index) => min + index);

/** Long names make the hand-written frame grow; more than 126 partitions and large batches need varints of two and more bytes. */
const requests: Readonly<Record<string, ProduceRequest>> = {
  'one partition': topicsOf('tx-1', [['orders', [17]]]),
  'no topic at all': topicsOf(null, []),
  'an empty batch and a topic without partitions': topicsOf('', [
    ['a', [0]],
    ['b', []],
  ]),
  'names of several bytes per character': topicsOf('Größe', [['注文'.repeat(80), [3, 200]]]),
  'hundreds of partitions': topicsOf(
    null,
    Array.from({ length: 3 }, (_, t) => [`topic-${t}`, Array.from({ length: 200 }, (_, p) => p * 97)]),
  ),
};

function topicsOf(
  transactionalId: string | null,
  topics: readonly (readonly [string, readonly number[]])[],
): ProduceRequest {
  return {
    transactionalId,
    acks: -1,
    timeoutMs: 30_000,
    topics: topics.map(([name, batchBytes]) => ({
      name,
      partitions: batchBytes.map((length, index) => ({ index, records: Buffer.alloc(length, index) })),
    })),
  };
}

describe.each(versions)('the hand-written produce request of version %d', (version) => {
  it.each(Object.entries(requests))('is what the message table writes for %s', (_title, request) => {
    const { transactionalId, acks, timeoutMs, topics } = request;
    const topicData = topics.map(({ name, partitions }) => ({ name, partitionData: partitions }));
    const header = { correlationId: 2 ** 31 - 1, clientId: 'order-service' };

    const byHand = Buffer.concat(encodeProduceRequest(version, header.correlationId, header.clientId, request));
    const byTable = encodeRequest(apis.Produce, version, header, { transactionalId, acks, timeoutMs, topicData });

    // Not toEqual: it walks the batches byte by byte, for minutes.
    expect(byHand.equals(byTable)).toBe(true);
  });
});
