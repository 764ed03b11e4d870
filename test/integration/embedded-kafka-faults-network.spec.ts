import { EmbeddedKafka } from 'embedded-kafka';
import { apis } from 'kafka-wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { produceInput } from '../support/produce-input.js';
import { RawConnection } from '../support/raw-connection.js';

const input = await produceInput('orders', { 0: 'one' });

let kafka: EmbeddedKafka;
let connections: RawConnection[];

beforeEach(async () => {
  connections = [];
  kafka = await EmbeddedKafka.start({ brokers: 3, topics: [{ name: 'orders' }] });
});

afterEach(async () => {
  for (const connection of connections) connection.close();
  await kafka.stop();
});

async function connect(broker: number, clientId = 'a'): Promise<RawConnection> {
  const connection = await RawConnection.open(kafka.bootstrap[broker - 1] as string, clientId);
  connections.push(connection);
  return connection;
}

const ask = (connection: RawConnection) => connection.request(apis.ApiVersions, 0, {});

/** Whether it is answered, hung up on, or neither by the time another client is answered. */
async function fate(connection: RawConnection): Promise<'served' | 'cut' | 'silent'> {
  const asked = ask(connection).then(
    () => 'served' as const,
    () => 'cut' as const,
  );
  const another = (async () => {
    for (let round = 0; round < 3; round++) await ask(await connect(3, 'unconcerned'));
    return 'silent' as const;
  })();
  return Promise.race([asked, another]);
}

describe('a broker that clients cannot reach', () => {
  it('hangs up on those it has and on new ones', async () => {
    const before = await connect(1);
    await ask(before);
    const cut = kafka.network.cut({ broker: 1 });
    await before.closed;
    expect(await fate(await connect(1))).toBe('cut');
    expect(await fate(await connect(2))).toBe('served');
    cut.heal();
    expect(await fate(await connect(1))).toBe('served');
  });

  it('is silent, and answers when the cut is healed', async () => {
    const before = await connect(1);
    await ask(before);
    const cut = kafka.network.cut({ broker: 1, mode: 'black-hole' });
    const after = await connect(1);
    expect([await fate(before), await fate(after), await fate(await connect(2))]).toEqual([
      'silent',
      'silent',
      'served',
    ]);
    const seen = kafka.requests('ApiVersions').filter(({ broker }) => broker === 1).length;
    cut.heal();
    await Promise.all([ask(before), ask(after)]);
    expect([seen, kafka.requests('ApiVersions').filter(({ broker }) => broker === 1).length]).toEqual([1, 5]);
  });
});

describe('a client that cannot reach a broker', () => {
  it('is hung up on when the broker sees who it is', async () => {
    const [mine, other] = [await connect(1, 'a'), await connect(1, 'b')];
    await Promise.all([ask(mine), ask(other)]);
    kafka.network.cut({ broker: 1, client: 'a' });
    await mine.closed;
    expect([await fate(await connect(1, 'a')), await fate(other), await fate(await connect(2, 'a'))]).toEqual([
      'cut',
      'served',
      'served',
    ]);
    expect(
      kafka.requests('ApiVersions').filter(({ broker, clientId }) => broker === 1 && clientId === 'a'),
    ).toHaveLength(1);
  });

  it('hears nothing until the cut is healed, then everything', async () => {
    kafka.network.cut({ broker: 1, client: 'a', mode: 'black-hole' });
    const mine = await connect(1, 'a');
    const answers = [ask(mine), ask(mine)];
    expect([await fate(await connect(1, 'b')), mine.unanswered]).toEqual(['served', 2]);
    kafka.network.heal();
    await Promise.all(answers);
  });
});

describe('brokers that cannot reach each other', () => {
  it('do not replicate: acks of all wait until they do', async () => {
    const leader = kafka.leaderOf('orders', 0);
    const cut = kafka.network.cut({ between: [leader, leader === 1 ? 2 : 1] });
    const producer = await connect(leader);
    const produced = producer.request(apis.Produce, 9, input);
    await kafka.requestSeen('Produce');
    expect(await kafka.recordsIn('orders')).toHaveLength(1);
    expect(await kafka.recordsIn('orders', { isolation: 'read_uncommitted' })).toHaveLength(0);
    expect(producer.unanswered).toBe(1);
    cut.heal();
    expect((await produced).responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
    expect(await kafka.recordsIn('orders', { isolation: 'read_uncommitted' })).toHaveLength(1);
  });
});
