import type { Answers } from './answers.js';
import type { PostedOrders } from './post-orders.js';
import type { ReadRecord } from './topic-reader.js';

type Cells = readonly (string | number)[];

/** What the demo prints at its end. */
export function report(
  posted: PostedOrders,
  concurrency: number,
  records: readonly ReadRecord[],
  transactions: number,
): string {
  return [
    topicTable(records),
    '',
    `${count(posted.latenciesMs.length)} orders over HTTP, ${concurrency} at a time, in ${seconds(posted.elapsedMs)}: ` +
      `latency p50 ${milliseconds(percentile(posted.latenciesMs, 50))}, p99 ${milliseconds(percentile(posted.latenciesMs, 99))}.`,
    `The service committed them in ${count(transactions)} transactions of Kafka: ${(posted.latenciesMs.length / transactions).toFixed(1)} orders per transaction.`,
  ].join('\n');
}

/** One record as it lies in the topic. */
export function sample(record: ReadRecord): string {
  const { topic, partition, offset, key, headers } = record;
  return JSON.stringify(
    { topic, partition, offset, key, headers, value: JSON.parse(record.value) as unknown },
    null,
    2,
  );
}

/** What the demo is for, in a line. */
export function verdict({ orders, confirmed, rejected }: Answers): string {
  return `Every one of the ${orders} orders was answered exactly once: ${confirmed} confirmed, ${rejected} rejected, none twice, none lost.`;
}

function topicTable(records: readonly ReadRecord[]): string {
  const rows: Cells[] = [['topic', 'records', 'batches', 'records per batch', 'bytes']];
  for (const topic of new Set(records.map((record) => record.topic).toSorted())) {
    const own = records.filter((record) => record.topic === topic);
    const batches = new Set(own.map((record) => record.batch)).size;
    const bytes = own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    rows.push([topic, count(own.length), count(batches), (own.length / batches).toFixed(1), count(bytes)]);
  }
  return table(rows);
}

/** The first column to the left, numbers to the right, a rule under the heading. */
function table(rows: readonly Cells[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length))) ?? [];
  const line = (row: Cells) =>
    row
      .map((cell, column) => pad(String(cell), widths[column] ?? 0, column === 0))
      .join('   ')
      .trimEnd();
  const [heading = [], ...body] = rows;
  return [line(heading), widths.map((width) => '─'.repeat(width)).join('   '), ...body.map(line)].join('\n');
}

function pad(text: string, width: number, left: boolean): string {
  return left ? text.padEnd(width) : text.padStart(width);
}

/** Nearest rank. */
export function percentile(ascending: readonly number[], percent: number): number {
  return ascending[Math.max(0, Math.ceil((ascending.length * percent) / 100) - 1)] ?? 0;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
