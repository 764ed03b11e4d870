import { EmbeddedKafka, type EmbeddedKafkaOptions } from 'embedded-kafka';
import { apis } from 'kafka-wire';
import { afterEach, describe, expect, it } from 'vitest';

import { RawConnection } from '../support/raw-connection.js';
import { RawProducer } from '../support/raw-transactions.js';

let kafka: EmbeddedKafka;
const open: RawConnection[] = [];

async function started(options: EmbeddedKafkaOptions = {}): Promise<void> {
  kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders', partitions: 3 }], ...options });
}

/** A connection to the broker that coordinates the id, or to another one. */
async function connectionTo(nodeId = kafka.coordinatorOf('transaction', 'tx')): Promise<RawConnection> {
  const { host, port } = kafka.broker(nodeId);
  const connection = await RawConnection.open(`${host}:${port}`);
  open.push(connection);
  return connection;
}

const create = async () => RawProducer.create(await connectionTo(), { transactionalId: 'tx' });
const values = async (isolation?: 'read_committed') =>
  (await kafka.recordsIn('orders', isolation && { isolation })).map(({ value }) => String(value));

afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  await kafka.stop();
});

describe('transactions of the embedded cluster', () => {
  it('stay undecided for readers while markers are held', async () => {
    await started();
    const producer = await create();
    await producer.produce('orders', 0, { values: ['a'] });
    kafka.transactions.holdMarkers();
    const { error, epoch } = await producer.end(true);
    expect([error, epoch]).toEqual(['OK', 1]);
    const next = producer.at(epoch);
    expect(kafka.transactions.get('tx')).toMatchObject({
      state: 'PrepareCommit',
      producerEpoch: 1,
      partitions: [{ topic: 'orders', partition: 0 }],
    });
    expect(await next.produce('orders', 0)).toBe('CONCURRENT_TRANSACTIONS');
    expect(await next.produce('orders', 0, { version: 11, partition: 1 })).toBe('NOT_ENOUGH_REPLICAS');
    expect(await next.commitOffset('group', 'orders', 1)).toBe('CONCURRENT_TRANSACTIONS');
    expect(await next.addPartitions('orders', [0])).toEqual(['CONCURRENT_TRANSACTIONS']);
    expect((await producer.end(false)).error).toBe('CONCURRENT_TRANSACTIONS');
    expect((await producer.init()).error).toBe('CONCURRENT_TRANSACTIONS');
    expect([await values('read_committed'), await values()]).toEqual([[], ['a']]);
    kafka.transactions.releaseMarkers();
    expect(await producer.settled()).toBe('CompleteCommit@1');
    expect(await values('read_committed')).toEqual(['a']);
  });

  it('leave aborted records out of what consumers are given', async () => {
    await started();
    let producer = await create();
    await producer.produce('orders', 0, { values: ['bad'] });
    producer = await producer.finish(false);
    await producer.produce('orders', 0, { values: ['good'] });
    await producer.finish(true);
    expect([await values('read_committed'), await values()]).toEqual([['good'], ['bad', 'good']]);
  });

  it('survive the death of their coordinator and of leaders', async () => {
    await started({ brokers: 3 });
    const before = await create();
    const coordinator = kafka.coordinatorOf('transaction', 'tx');
    await before.addPartitions('orders', [0, 1, 2]);
    await kafka.broker(coordinator).stop();
    const after = Object.assign(before.at(0), { connection: await connectionTo() });
    expect(await after.settled()).toBe('Ongoing@0');
    await after.finish(true);
    await kafka.broker(coordinator).start();
    expect(kafka.transactions.list()).toMatchObject([{ transactionalId: 'tx', state: 'CompleteCommit' }]);
  });

  it('are not served by a broker that does not coordinate them', async () => {
    await started({ brokers: 3 });
    const producer = await create();
    const coordinator = kafka.coordinatorOf('transaction', 'tx');
    const nodeId = (coordinator % 3) + 1;
    const elsewhere = Object.assign(producer.at(0), { connection: await connectionTo(nodeId) });
    expect((await elsewhere.init()).error).toBe('NOT_COORDINATOR');
    expect((await elsewhere.end(true)).error).toBe('NOT_COORDINATOR');
    kafka.moveCoordinator('transaction', 'tx', nodeId);
    expect((await producer.end(false)).error).toBe('NOT_COORDINATOR');
    expect((await elsewhere.end(false)).error).toBe('OK');
  });

  it('wait for a coordinator that is loading', async () => {
    await started({ brokers: 3, coordinatorLoadMs: 60_000 });
    const producer = await create();
    kafka.moveCoordinator('transaction', 'tx', (kafka.coordinatorOf('transaction', 'tx') % 3) + 1);
    const elsewhere = Object.assign(producer.at(0), { connection: await connectionTo() });
    expect((await elsewhere.end(true)).error).toBe('COORDINATOR_LOAD_IN_PROGRESS');
    const leader = Object.assign(producer.at(0), { connection: await connectionTo(kafka.leaderOf('orders', 0)) });
    expect(await leader.produce('orders', 0)).toBe('NOT_ENOUGH_REPLICAS');
  });

  it('go on at any sequence once producers are forgotten', async () => {
    await started({ transactionVersion: 1 });
    const producer = await create();
    await producer.addPartitions('orders', [0]);
    await producer.produce('orders', 0, { version: 11 });
    kafka.forgetProducers('orders', 0);
    expect(await producer.produce('orders', 9, { version: 11 })).toBe(1);
  });

  it('change their level while clients are connected', async () => {
    await started({ transactionVersion: 1 });
    const connection = await connectionTo(1);
    const level = async () => {
      const names = { clientSoftwareName: 'test', clientSoftwareVersion: '1' };
      const { finalizedFeatures, finalizedFeaturesEpoch } = await connection.request(apis.ApiVersions, 3, names);
      const feature = finalizedFeatures.find(({ name }) => name === 'transaction.version');
      return [feature?.maxVersionLevel, finalizedFeaturesEpoch];
    };
    const [before, epoch = 0] = await level();
    kafka.transactions.setVersion(2);
    expect([before, ...(await level())]).toEqual([1, 2, epoch + 1]);
  });
});
