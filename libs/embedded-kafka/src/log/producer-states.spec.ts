import { decodeRecordBatchHeaders, encodeRecordBatch } from 'kafka-wire';
import { beforeEach, describe, expect, it } from 'vitest';

import { markerBatch } from './marker-batch.js';
import { PartitionLog } from './partition-log.js';
import { ProducerStates } from './producer-states.js';

const NOW_MS = 1_700_000_000_000;
const A = Buffer.from('000000000000000a', 'hex');
const B = Buffer.from('000000000000000b', 'hex');

let log: PartitionLog;
let states: ProducerStates;

beforeEach(() => {
  log = new PartitionLog();
  states = new ProducerStates();
});

async function write(producerId: Buffer, baseSequence: number, producerEpoch = 0): Promise<void> {
  const producer = { producerId, producerEpoch, baseSequence, isTransactional: true };
  const bytes = await encodeRecordBatch({ records: [{ value: 'x', timestamp: NOW_MS }], producer });
  const [header] = decodeRecordBatchHeaders(bytes);
  if (header === undefined) throw new Error('the batch cannot be read back');
  states.remember(header, log.append(bytes, header, 0).baseOffset);
}

function end(producerId: Buffer, committed: boolean, epoch = 1): void {
  const marker = { producerId, epoch, committed, coordinatorEpoch: 7 };
  const { bytes, header } = markerBatch(marker, NOW_MS);
  states.endTransaction(marker, log.append(bytes, header, 0).baseOffset, NOW_MS);
}

function everything() {
  const producers = [...states.entries].map(([id, { epoch, lastSequence, coordinatorEpoch, lastTimestamp }]) => {
    return [id, epoch, lastSequence, coordinatorEpoch, lastTimestamp];
  });
  const { transactions } = states;
  return {
    producers,
    stable: transactions.lastStableOffset(log.endOffset),
    aborted: transactions.abortedBetween(0, log.endOffset),
    open: [A, B].map((id) => transactions.firstOffsetOf(id)),
  };
}

describe('ProducerStates', () => {
  it('reads from the log what it was told as the log was written', async () => {
    await write(A, 0);
    await write(B, 0);
    await write(A, 1);
    end(A, false);
    await write(A, 0, 1);
    end(B, true);
    await write(B, 0, 1);
    const before = everything();
    expect(before).toMatchObject({ stable: 4, aborted: [{ firstOffset: 0 }], open: [4, 6] });
    states.rebuild(log.batches);
    expect(everything()).toEqual(before);
  });

  it('opens a transaction again when its marker is lost', async () => {
    await write(A, 0);
    end(A, false);
    log.truncateTo(1);
    states.rebuild(log.batches);
    expect(everything()).toMatchObject({ stable: 0, aborted: [], open: [0, undefined] });
  });

  it('keeps a transaction unstable until its marker is on all replicas', async () => {
    await write(A, 0);
    end(A, true);
    await write(B, 0);
    const { transactions } = states;
    expect([1, 2, 3].map((highWatermark) => transactions.lastStableOffset(highWatermark))).toEqual([0, 2, 2]);
  });

  it('forgets producers that are old, and never one whose transaction is open', async () => {
    await write(A, 0);
    await write(B, 0);
    end(B, true);
    states.expire(NOW_MS);
    expect(everything().producers.map(([id]) => id)).toEqual([A.toString('hex')]);
  });
});
