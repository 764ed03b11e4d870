import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import { apis, encodeRecordBatch, encodeRequest, RECORD_BATCH_HEADER_BYTES } from 'kafka-wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sealed } from './batches.js';
import { FuzzCluster } from './fuzz-cluster.js';
import { MemoryConnection } from './memory-connection.js';
import { collectGarbage, usedBytes } from './used-bytes.js';

const MEBIBYTE = 2 ** 20;

let cluster: FuzzCluster;
beforeEach(async () => {
  cluster = await FuzzCluster.start();
  collectGarbage();
});
afterEach(() => cluster.stop());

describe('the memory of a broker', () => {
  it('is not taken for a frame that was only announced', async () => {
    const port = cluster.kafka.broker(1).port;
    const sockets = Array.from({ length: 200 }, () => connect(port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const before = usedBytes();
    // Each announces 100 MiB and sends two bytes of it.
    for (const socket of sockets) socket.write(Buffer.from('064000000003', 'hex'));
    await cluster.survives([Buffer.from('0000000a000300040000', 'hex'), Buffer.from('0001ffff', 'hex')]);
    collectGarbage();
    expect(usedBytes() - before).toBeLessThan(20 * MEBIBYTE);
    for (const socket of sockets) socket.destroy();
  });

  it('holds a frame that comes byte by byte about once', async () => {
    const before = usedBytes();
    const connection = new MemoryConnection();
    cluster.transport.connect(connection);
    await connection.send([Buffer.from('06400000', 'hex')]);
    for (let turn = 0; turn < 200; turn++) {
      for (let bytes = 0; bytes < 1000; bytes++) connection.push(Buffer.alloc(1));
      await connection.send([]);
    }
    collectGarbage();
    expect(usedBytes() - before).toBeLessThan(10 * MEBIBYTE);
    connection.destroy();
  });

  it('is not taken by what a compressed batch would become', async () => {
    const bomb = gzipSync(Buffer.alloc(512 * MEBIBYTE), { level: 9 });
    const sound = await encodeRecordBatch({ records: [{ value: 'v', timestamp: Date.now() }] });
    const batch = Buffer.concat([sound.subarray(0, RECORD_BATCH_HEADER_BYTES), bomb]);
    batch.writeInt32BE(batch.length - 12, 8);
    batch.writeInt16BE(1, 21);
    const topicData = [{ name: 'orders', partitionData: [{ index: 0, records: sealed(batch) }] }];
    const header = { correlationId: 1, clientId: 'bomb' };
    const before = process.memoryUsage().rss;
    await cluster.survives([encodeRequest(apis.Produce, 9, header, { acks: 1, timeoutMs: 0, topicData })]);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * MEBIBYTE);
  });
});
