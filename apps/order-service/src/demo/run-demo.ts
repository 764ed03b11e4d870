import type { NestExpressApplication } from '@nestjs/platform-express';
import { KafkaProducerService } from 'nestjs-kafka-producer';
import { createApp, listen } from '../create-app.js';
import type { DemoFlags } from './flags.js';
import { DEMO_TOPICS, openKafka, type DemoKafka } from './kafka-for-demo.js';
import { readOrders, type OrderBody } from './order-file.js';
import { postOrders } from './post-orders.js';
import { startProgress } from './progress.js';
import { endOffsets, readBetween, type ReadRecord } from './read-topics.js';
import { report, sample } from './report.js';

const CONCURRENCY = 16;

export async function runDemo(flags: DemoFlags): Promise<void> {
  const kafka = await openKafka(flags.brokers);
  try {
    const app = await createApp({ brokers: kafka.brokers }, ['warn', 'error']);
    try {
      const url = await listen(app, flags.port);
      console.log(`The order service listens at ${url} and sends its events to ${kafka.description}.\n`);
      await sendAndShow(app, url, kafka);
      if (flags.serve) await serve(url, kafka);
    } finally {
      await app.close();
    }
  } finally {
    await kafka.close();
  }
}

async function sendAndShow(app: NestExpressApplication, url: string, kafka: DemoKafka): Promise<void> {
  const orders = await readOrders();
  const before = await endOffsets(kafka.client, DEMO_TOPICS);
  const progress = startProgress('Posting orders', orders.length);
  const posted = await postOrders(`${url}/orders`, orders, CONCURRENCY, progress).finally(() => progress.end());
  if (posted.refusals.length > 0) {
    throw new Error(
      `${posted.refusals.length} of ${orders.length} orders were not taken, the first one: ${posted.refusals[0]}`,
    );
  }
  const { groupsCommitted } = app.get(KafkaProducerService).stats();
  const after = await endOffsets(kafka.client, DEMO_TOPICS);
  const records = await readBetween(kafka.client, DEMO_TOPICS, before, after);
  expectEveryOrder(orders, records);
  console.log(
    `\nWhat a kafkajs consumer found in the topics:\n\n${report(posted, CONCURRENCY, records, groupsCommitted)}`,
  );
  const first = records.find(({ topic }) => topic === DEMO_TOPICS[0]);
  if (first !== undefined) console.log(`\nOne of them:\n\n${sample(first)}`);
}

/** Acknowledged means in the log: one record per order and one per line. */
function expectEveryOrder(orders: readonly OrderBody[], records: readonly ReadRecord[]): void {
  const expected = orders.length + orders.reduce((sum, { lines }) => sum + lines.length, 0);
  const placed = new Set(records.map(({ key }) => key));
  const missing = orders.filter(({ reference }) => !placed.has(reference));
  if (records.length < expected || missing.length > 0) {
    throw new Error(
      `Only ${records.length} of ${expected} records are in the topics; ${missing.length} orders are missing.`,
    );
  }
}

async function serve(url: string, kafka: DemoKafka): Promise<void> {
  const body = {
    reference: 'SO-90001',
    customer: { id: 'C-1042', name: 'Ada Lovelace' },
    currency: 'EUR',
    lines: [{ sku: 'BEAN-ETH-250', quantity: 2, unitPrice: 11.9 }],
  };
  console.log(`
The service keeps running. Try

  curl ${url}/health
  curl ${url}/orders -H 'content-type: application/json' -d '${JSON.stringify(body)}'
  curl ${url}/orders -H 'content-type: application/json' -d '{"reference":"?"}'

or read what it writes with any client of ${kafka.brokers.join(',')}. Ctrl-C ends it.`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
