import { describe, expect, it } from 'vitest';

import type { ProducerStats } from '../kafka-producer.service.js';
import { producerHealth } from './producer-health.js';

const IDLE: ProducerStats = {
  state: 'open',
  brokersConnected: 0,
  bufferedRecords: 0,
  bufferedBytes: 0,
  bufferMemoryBytes: 1_000,
  waitingRecords: 0,
  oldestUnsentAgeMs: 0,
  inFlightRequests: 0,
  inFlightBatches: 0,
  requestsSent: 0,
  batchesSent: 0,
  bytesSent: 0,
  acknowledgedRecords: 0,
  failedRecords: 0,
  retriedBatches: 0,
  openUnits: 0,
  stagedBytes: 0,
  maxStagedBytes: 1_000,
  groupsCommitted: 0,
  waitingUnits: 0,
  oldestUncommittedAgeMs: 0,
  quarantinedUnits: 0,
  streamingProducers: 0,
  maxStreamingProducers: 10,
  waitingForProducer: 0,
  pausedPartitions: [],
};

const PAUSED = { groupId: 'stock', topic: 'orders', partition: 3, offset: '42', attempts: 10, reason: 'no stock' };

describe('the health of a producer', () => {
  it.each<[string, Partial<ProducerStats>, object]>([
    ['up while idle and not connected', {}, { status: 'up' }],
    ['up while records are on their way', { brokersConnected: 1, bufferedRecords: 9 }, { status: 'up' }],
    [
      'up at the age that is allowed',
      { brokersConnected: 1, bufferedRecords: 1, oldestUnsentAgeMs: 5_000 },
      { status: 'up' },
    ],
    [
      'down beyond it',
      { brokersConnected: 1, bufferedRecords: 1, oldestUnsentAgeMs: 5_000.6 },
      {
        status: 'down',
        message: 'a record has not been acknowledged for 5001 ms, more than maxUnsentAgeMs (5000 ms)',
      },
    ],
    [
      'down while a unit waits for its commit beyond it',
      { brokersConnected: 1, waitingUnits: 1, oldestUncommittedAgeMs: 5_000.6 },
      { status: 'down', message: 'a unit has not been committed for 5001 ms, more than maxUnsentAgeMs (5000 ms)' },
    ],
    [
      'down while a partition is paused',
      { pausedPartitions: [PAUSED] },
      { status: 'down', message: "group 'stock' has paused orders[3] at offset 42, which failed 10 times" },
    ],
    [
      'down while several partitions are paused',
      { pausedPartitions: [PAUSED, { ...PAUSED, partition: 4 }, { ...PAUSED, partition: 5 }] },
      { status: 'down', message: "group 'stock' has paused orders[3] at offset 42, which failed 10 times, and 2 more" },
    ],
    [
      'degraded while buffered records wait for a connection',
      { bufferedRecords: 2 },
      { status: 'degraded', message: 'no broker is connected and records wait: 2' },
    ],
    [
      'degraded while records wait for metadata and there is no connection',
      { waitingRecords: 3 },
      { status: 'degraded', message: 'no broker is connected and records wait: 3' },
    ],
    [
      'down when they have waited too long',
      { waitingRecords: 3, oldestUnsentAgeMs: 9_000 },
      { status: 'down', message: expect.stringContaining('9000 ms') as string },
    ],
    ['up with a buffer just below 90 %', { brokersConnected: 1, bufferedBytes: 899 }, { status: 'up' }],
    [
      'degraded with a buffer of 90 %',
      { brokersConnected: 1, bufferedBytes: 900 },
      { status: 'degraded', message: 'the buffer is nearly full: 900 of 1000 bytes' },
    ],
    [
      'down while closing',
      { state: 'closing', brokersConnected: 1 },
      { status: 'down', message: 'the producer is closing and accepts no records' },
    ],
    ['down when closed', { state: 'closed' }, { status: 'down', message: expect.stringContaining('closed') as string }],
  ])('is %s', (_title, stats, expected) => {
    expect(producerHealth({ ...IDLE, ...stats }, 5_000)).toEqual(expected);
  });
});
