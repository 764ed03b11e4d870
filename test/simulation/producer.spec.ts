import { describe, expect, it } from 'vitest';

import { deliveryRun, type DeliveryRun } from './support/delivery-run.js';

const RECORDS = 1_000;
/** Records that are large enough for requests that are written without being copied. */
const OPTIONS = { records: RECORDS, valueBytes: 2_000, troubleMs: 15_000 };

/** Where each record lies, by its value; a record that is there twice is named. */
function placesOf({ stored }: DeliveryRun): Map<string, string> {
  const places = new Map<string, string>();
  for (const { partition, offset, value } of stored) {
    const text = value?.toString() ?? '';
    expect(places.has(text), `${text} is stored twice`).toBe(false);
    places.set(text, `${partition}@${offset}`);
  }
  return places;
}

/** Numbers of the records by partition, in the order of the log. */
function numbersByPartition({ stored }: DeliveryRun): number[][] {
  const numbers: number[][] = [];
  for (const { partition, value } of stored) {
    (numbers[partition] ??= []).push(Number(/\d+/.exec(value?.toString() ?? '')?.[0]));
  }
  return numbers;
}

describe('our producer in trouble', () => {
  it.each([1, 2, 3, 4, 5])('delivers every record once, in order, where it says it did (seed %i)', async (seed) => {
    const run = await deliveryRun(seed, OPTIONS);
    expect([...run.failed.values()]).toEqual([]);
    const told = [...run.acknowledged].map(([value, { partition, offset }]) => [value, `${partition}@${offset}`]);
    expect(placesOf(run)).toEqual(new Map(told as [string, string][]));
    expect(told).toHaveLength(RECORDS);
    for (const numbers of numbersByPartition(run)) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(run.retriedBatches).toBeGreaterThan(0);
    expect([run.pendingEvents, run.openConnections]).toEqual([0, 0]);
  });

  it('does the same to the last byte when the seed is the same', async () => {
    const [first, again, other] = [
      await deliveryRun(1, OPTIONS),
      await deliveryRun(1, OPTIONS),
      await deliveryRun(2, OPTIONS),
    ];
    expect(again.hash).toBe(first.hash);
    expect(again.virtualMs).toBe(first.virtualMs);
    expect(other.hash).not.toBe(first.hash);
  });

  it('does so with records that threads compress, too', async () => {
    const producer = { compressionType: 'gzip', lingerMs: 50 } as const;
    const options = { ...OPTIONS, troubleMs: 3_000, producer };
    const [first, again] = [await deliveryRun(1, options), await deliveryRun(1, options)];
    expect(again.hash).toBe(first.hash);
    expect(placesOf(first).size).toBe(RECORDS);
  });
});
