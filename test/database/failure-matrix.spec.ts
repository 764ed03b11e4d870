import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { EmbeddedKafka } from 'embedded-kafka';
import { KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { describeNeeding } from '../support/describe-needing.js';
import { LossyPostgres } from '../support/lossy-postgres.js';
import { Postgres, postgresInstalled } from '../support/postgres.js';
import { CALLERS, DEATH, endsWithUnit, FAILURES, type Failure } from './support/failures.js';
import { GuideCode, matrix, METHODS, type GuideClasses, type GuideOrders, type Order } from './support/guide.js';
import { dieBetweenCommits } from './support/death.js';

const SCHEMA = `
  create table customers (id text primary key);
  create table orders (
    id text primary key,
    customer text not null references customers (id) deferrable initially deferred,
    total numeric not null
  );
  insert into customers values ('C-1');
`;
const ORDER: Order = { id: 'SO-1', customer: 'C-1', total: 9 };
const rows = await matrix();

it('the table of the guide has every failure in every order that can meet it', () => {
  expect([...new Set(rows.map(({ what }) => what))].toSorted(byText)).toEqual(
    [...Object.keys(FAILURES), DEATH].toSorted(byText),
  );
  expect([...new Set(rows.map(({ method }) => method))]).toEqual(Object.values(METHODS));
});

describeNeeding([postgresInstalled], 'what is left of an order in PostgreSQL and in Kafka', () => {
  let postgres: Postgres;
  let lossy: LossyPostgres;
  let code: GuideCode;
  let guide: GuideClasses;
  let admin: Pool;

  beforeAll(async () => {
    postgres = await Postgres.start();
    lossy = await LossyPostgres.start(postgres.socket);
    code = await GuideCode.write();
    guide = await code.load();
    admin = new Pool(postgres.connection);
    await admin.query(SCHEMA);
  });
  afterAll(async () => {
    await admin?.end();
    await lossy?.stop();
    await postgres?.stop();
    await code?.remove();
  });

  async function startKafka(): Promise<EmbeddedKafka> {
    const configs = { 'max.message.bytes': '2000' };
    const kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders.placed', partitions: 1, configs }] });
    onTestFinished(() => kafka.stop());
    return kafka;
  }

  /** The application of the guide, with what the failure does to it. */
  async function startApplication(kafka: EmbeddedKafka, failure: Failure) {
    const pool = new Pool({ ...postgres.connection, ...(failure.loseCommits && { host: lossy.host }) });
    let unitIsOver: Promise<void> | undefined;
    const fulfilment = {
      reserveStock: async () => {
        if (failure.reserveStock === 'fails') throw new Error('of the work');
        if (failure.reserveStock === 'outlives the unit') await unitIsOver;
      },
      sendMail: async () => {
        if (failure.sendMail === 'fails') throw new Error('of the work');
      },
    };
    @Module({
      imports: [
        KafkaProducerModule.forRoot({
          client: { clientId: 'database', brokers: kafka.bootstrap },
          producer: { requestTimeoutMs: 1_000, deliveryTimeoutMs: 2_000 },
          transactions: { commitTimeoutMs: failure.commitTimeoutMs ?? 2_000, timeoutMs: failure.timeoutMs ?? 60_000 },
          shutdownTimeoutMs: 500,
        }),
      ],
      providers: [
        guide.Database,
        guide.OrdersService,
        { provide: Pool, useValue: pool },
        { provide: guide.Fulfilment, useValue: fulfilment },
      ],
    })
    class AppModule {}
    const app = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app.useLogger(false);
    await app.init();
    onTestFinished(async () => {
      kafka.faults.clear();
      await app.close();
      await pool.end();
    });
    return {
      orders: app.get(guide.OrdersService),
      producer: app.get(KafkaProducerService),
      setEnd: (end: Promise<void>): void => void (unitIsOver = end),
    };
  }

  /** @returns the error the caller was told; `undefined` when it resolved */
  async function place(kafka: EmbeddedKafka, method: keyof GuideOrders, failure: Failure): Promise<unknown> {
    const { orders, producer, setEnd } = await startApplication(kafka, failure);
    const placing = (): Promise<unknown> =>
      orders[method]({ ...ORDER, ...failure.order }).then(
        () => undefined,
        (error: unknown) => error,
      );
    if (failure.reserveStock !== 'outlives the unit') return placing();
    let release!: () => void;
    setEnd(new Promise<void>((resolve) => (release = resolve)));
    const told = placing();
    if (endsWithUnit(method)) await told;
    release();
    const outcome = await told;
    // The work that went on has let its connection go, too.
    await expect.poll(() => producer.stats().openUnits).toBe(0);
    return outcome;
  }

  async function inDatabase(): Promise<string> {
    const { rowCount } = await admin.query("select id from orders where id = 'SO-1' and total = 9");
    return rowCount === 1 ? 'the row' : 'nothing';
  }

  async function openTransactions(): Promise<unknown> {
    const { rows: found } = await admin.query<{ pid: number }>(
      "select pid from pg_stat_activity where state like 'idle in transaction%'",
    );
    return found.length;
  }

  async function inKafka(kafka: EmbeddedKafka): Promise<string> {
    const records = await kafka.recordsIn('orders.placed', { isolation: 'read_committed' });
    expect(records.length).toBeLessThanOrEqual(1);
    return records.length === 1 ? 'the event' : 'nothing';
  }

  const seen = (said: string, is: 'the row' | 'the event'): readonly string[] =>
    said === 'possibly' ? ['nothing', is] : [said];

  const cases = rows.flatMap((row) =>
    (FAILURES[row.what] ?? []).map((failure, index) => ({ ...row, failure, variant: index + 1 })),
  );

  describe.each(cases)('when it is $what ($variant)', ({ method, failure, database, kafka: event, caller }) => {
    it(`${method}() leaves ${database} in the database, ${event} in Kafka, and its caller with: ${caller}`, async () => {
      await admin.query('truncate orders');
      if (failure.isTaken) await admin.query("insert into orders values ('SO-1', 'C-1', 1)");
      const kafka = await startKafka();
      failure.breakKafka?.(kafka);
      const told = await place(kafka, method, failure);
      expect(CALLERS[caller]?.(told), `it was told ${String(told)}`).toBe(true);
      await expect.poll(async () => seen(database, 'the row').includes(await inDatabase())).toBe(true);
      await expect.poll(async () => seen(event, 'the event').includes(await inKafka(kafka))).toBe(true);
      await expect.poll(openTransactions).toBe(0);
    });
  });

  it.each(rows.filter(({ what }) => what === DEATH))(
    `when ${DEATH}, $method() leaves $database in the database and $kafka in Kafka`,
    async ({ method, database, kafka: event }) => {
      await admin.query('truncate orders');
      const kafka = await startKafka();
      await dieBetweenCommits({
        folder: await code.transpile(),
        kafka,
        connection: postgres.connection,
        method,
        order: ORDER,
      });
      await expect.poll(inDatabase).toBe(database);
      expect(await inKafka(kafka)).toBe(event);
    },
  );
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
