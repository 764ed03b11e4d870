import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runProgram, type ProgramEnd } from './run-program.js';

type Seen = Readonly<Record<string, readonly string[]>>;

const SYNC_FAILURES = ['throws an error', 'throws undefined', 'throws a frozen object', 'sends, flushes, and throws'];
const ASYNC_FAILURES = ['rejects', 'rejects later', 'rejects with undefined', 'returns a thenable that throws'];
const INVALID = 'KAFKA_PRODUCER_INVALID_RECORD';
const SERIALIZATION = 'KAFKA_PRODUCER_SERIALIZATION';
const VALIDATION = 'KAFKA_PRODUCER_PAYLOAD_VALIDATION';
const THE_USERS_OWN = /^(Error: of the user|undefined|\[object Object\])$/;

/** What the call is told when its code throws, and when a promise of its code rejects. */
const PLACES: readonly (readonly [place: string, sync: string | RegExp, async: string])[] = [
  ['key serializer', SERIALIZATION, SERIALIZATION],
  ['value serializer', SERIALIZATION, SERIALIZATION],
  ['header serializer', SERIALIZATION, SERIALIZATION],
  ['serializer of a contract', SERIALIZATION, SERIALIZATION],
  ['schema of a contract', VALIDATION, VALIDATION],
  ['key of a contract', INVALID, INVALID],
  ['headers of a contract', INVALID, INVALID],
  ['partitioner', INVALID, INVALID],
  ['resolveTopic', INVALID, INVALID],
  ['defaultHeaders', SERIALIZATION, INVALID],
  ['interceptor, onSend', INVALID, INVALID],
  ['@Emit value', THE_USERS_OWN, INVALID],
  ['@Emit key', THE_USERS_OWN, INVALID],
  ['@Emit headers', THE_USERS_OWN, INVALID],
  ['@Emit when', THE_USERS_OWN, INVALID],
  ['@Emit partition', THE_USERS_OWN, INVALID],
];
/** These may take their time, and records of the topic stand behind them: who waits longer than `maxBlockMs` is refused. */
const MAY_BE_ASYNC = [
  'key serializer',
  'value serializer',
  'header serializer',
  'serializer of a contract',
  'schema of a contract',
];

describe('F17: a process whose user code throws, rejects, hangs or calls back', () => {
  let kafka: EmbeddedKafka;
  let end: ProgramEnd;
  let lines: readonly {
    readonly at?: string;
    readonly seen?: Seen;
    readonly stats?: object;
    readonly left?: readonly string[];
  }[];
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders', partitions: 3 }, { name: 'aside' }] });
    end = await runProgram('broken-user-code', kafka.bootstrap);
    lines = end.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as (typeof lines)[number]);
  });
  afterAll(() => kafka.stop());

  const seenAt = (place: string): Seen => lines.find(({ at }) => at === place)?.seen ?? {};

  it('lives, says nothing, keeps no memory, and ends by itself', () => {
    expect(end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(lines.find(({ stats }) => stats !== undefined)?.stats).toMatchObject({
      bufferedBytes: 0,
      waitingRecords: 0,
    });
    expect(lines.at(-1)).toEqual({ left: [] });
  });

  it.each(PLACES)('fails the record alone: %s', (place, sync, async) => {
    const seen = seenAt(place);
    for (const how of SYNC_FAILURES) {
      expect([how, seen[how]]).toEqual([how, ['ok', expect.stringMatching(sync), 'ok']]);
    }
    for (const how of ASYNC_FAILURES) {
      // A plain object with a function `then` is also a header of that name.
      if (place === 'defaultHeaders' && how === 'returns a thenable that throws') continue;
      expect([how, seen[how]]).toEqual([how, ['ok', async, 'ok']]);
    }
    const mayWait = MAY_BE_ASYNC.includes(place);
    // Behind it a record waits as long, or a millisecond less and goes on when it is refused.
    const behind = mayWait ? `^(ok|${SERIALIZATION})$` : '^ok$';
    expect(seen['never settles']).toEqual(['ok', mayWait ? SERIALIZATION : async, expect.stringMatching(behind)]);
  });

  it('fails no record at all in onAcknowledgement()', () => {
    const seen = seenAt('interceptor, onAcknowledgement');
    expect(Object.keys(seen)).toHaveLength(SYNC_FAILURES.length + ASYNC_FAILURES.length + 1);
    for (const outcomes of Object.values(seen)) expect(outcomes).toEqual(['ok', 'ok', 'ok']);
  });

  it('writes what it acknowledged, once and in order, and nothing else', async () => {
    const written = (await kafka.recordsIn('orders')).map(({ value }) => String(value));
    const rounds = written.map((value) => Number(value.split(' ')[0]));
    expect(rounds).toEqual(rounds.toSorted((one, other) => one - other));
    expect(new Set(written).size).toBe(written.length);
    const places = [...PLACES.map(([place]) => place), 'interceptor, onAcknowledgement'];
    const acknowledged = places.flatMap((place) => Object.values(seenAt(place)).flat()).filter((it) => it === 'ok');
    expect(written).toHaveLength(acknowledged.length);
  });
});
