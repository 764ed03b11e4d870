import type { Sighting } from './delivery-history.js';
import type { LoggedRecord, SentRecord } from './sent-record.js';

/** What must not be in a history. */
export type ViolationKind =
  | 'lost'
  | 'doubled'
  | 'ghost'
  | 'reordered'
  | 'wrong offset'
  | 'wrong partition'
  | 'unsettled'
  | 'settled late'
  | 'vanished';

export interface Violation {
  readonly kind: ViolationKind;
  readonly topic: string;
  readonly partition: number | undefined;
  readonly text: string;
  /** Values of the records it is about. */
  readonly values: readonly string[];
}

export interface HistoryToCheck {
  readonly sent: readonly SentRecord[];
  /** What readers saw during the run. */
  readonly sightings?: readonly Sighting[];
  /** What is in each topic's log once everything has healed, in the order of the offsets of each partition. */
  readonly logs: ReadonlyMap<string, readonly LoggedRecord[]>;
  /** A send must be settled within this time, in milliseconds. */
  readonly settleWithinMs?: number;
}

/**
 * Holds what callers were told against what is in the logs.
 *
 * Lost: acknowledged and not there. Doubled: there twice. Ghost: there although proven absent, or never sent. Reordered: per partition, not in the
 * order of the calls; records that failed with 'possibly' count too when they are there. Wrong offset: another record stands at the offset an
 * acknowledgement named, which is how a repeat is found that the broker took for another one. Vanished: a committed reader saw it, and it is gone.
 */
export function checkHistory({ sent, sightings = [], logs, settleWithinMs }: HistoryToCheck): Violation[] {
  const byValue = new Map(sent.map((record) => [record.value, record]));
  return [
    ...sent.flatMap((record) => settlement(record, settleWithinMs)),
    ...[...logs].flatMap(([topic, log]) => checkTopic(topic, log, sent, byValue)),
    ...vanished(sightings, logs),
  ];
}

function settlement({ value, topic, outcome, calledAtMs, settledAtMs }: SentRecord, limitMs = Infinity): Violation[] {
  const base = { topic, partition: undefined, values: [value] };
  if (outcome.kind === 'unsettled' || settledAtMs === undefined) {
    return [{ ...base, kind: 'unsettled', text: `${value} was never settled` }];
  }
  const tookMs = settledAtMs - calledAtMs;
  if (tookMs <= limitMs) return [];
  return [{ ...base, kind: 'settled late', text: `${value} was settled after ${Math.round(tookMs)} ms` }];
}

function checkTopic(
  topic: string,
  log: readonly LoggedRecord[],
  sent: readonly SentRecord[],
  byValue: ReadonlyMap<string, SentRecord>,
): Violation[] {
  const places = new Map<string, LoggedRecord[]>();
  const valueAt = new Map<string, string>();
  for (const record of log) {
    places.set(record.value, [...(places.get(record.value) ?? []), record]);
    valueAt.set(`${record.partition}:${record.offset}`, record.value);
  }
  const acknowledged = sent.filter((record) => record.topic === topic && record.outcome.kind === 'ok');
  return [
    ...acknowledged.flatMap((record) => misplaced(record, places.get(record.value) ?? [], valueAt)),
    ...[...places].flatMap(([value, at]) => unexpected(topic, value, at, byValue.get(value))),
    ...reordered(topic, log, byValue),
  ];
}

function misplaced(
  record: SentRecord,
  places: readonly LoggedRecord[],
  valueAt: ReadonlyMap<string, string>,
): Violation[] {
  const { outcome, value, topic } = record;
  if (outcome.kind !== 'ok') return [];
  const { partition, offset } = outcome;
  const base = { topic, partition, values: [value] };
  const told = `${value} was acknowledged at ${partition}:${offset ?? '?'}`;
  const there = valueAt.get(`${partition}:${offset}`);
  if (places.length === 0) {
    const instead = there === undefined ? '' : `; ${there} stands there`;
    return [{ ...base, kind: 'lost', text: `${told} and is not in the log${instead}`, values: namesOf(value, there) }];
  }
  if (places.every((place) => place.partition !== partition)) {
    return [{ ...base, kind: 'wrong partition', text: `${told} and is in partition ${places[0]?.partition}` }];
  }
  if (offset === undefined || places.some((place) => place.partition === partition && place.offset === offset))
    return [];
  const text = `${told} and is at ${places.map((place) => `${place.partition}:${place.offset}`).join(', ')}`;
  return [{ ...base, kind: 'wrong offset', text, values: namesOf(value, there) }];
}

function unexpected(topic: string, value: string, places: readonly LoggedRecord[], record?: SentRecord): Violation[] {
  const base = { topic, partition: places[0]?.partition, values: [value] };
  const at = places.map((place) => `${place.partition}:${place.offset}`).join(', ');
  const found: Violation[] = [];
  if (record === undefined || record.topic !== topic) {
    found.push({ ...base, kind: 'ghost', text: `${value} is at ${at} and was not sent to ${topic}` });
  } else if (record.outcome.kind === 'fail-no') {
    found.push({ ...base, kind: 'ghost', text: `${value} is at ${at} and failed: ${record.outcome.error}` });
  }
  if (places.length > 1) found.push({ ...base, kind: 'doubled', text: `${value} is at ${at}` });
  return found;
}

/** The first appearance of each record counts: a second one is reported as doubled. */
function reordered(topic: string, log: readonly LoggedRecord[], byValue: ReadonlyMap<string, SentRecord>): Violation[] {
  const found: Violation[] = [];
  const latest = new Map<number, SentRecord>();
  const seen = new Set<string>();
  for (const { partition, offset, value } of log) {
    const record = byValue.get(value);
    if (record === undefined || seen.has(value)) continue;
    seen.add(value);
    const before = latest.get(partition);
    if (before === undefined || before.call < record.call) {
      latest.set(partition, record);
      continue;
    }
    const text = `${value} is at ${partition}:${offset}, after ${before.value}, which was sent later`;
    found.push({ kind: 'reordered', topic, partition, text, values: [before.value, value] });
  }
  return found;
}

/** What a committed reader saw is there for good, at that offset. */
function vanished(sightings: readonly Sighting[], logs: HistoryToCheck['logs']): Violation[] {
  const found: Violation[] = [];
  const index = new Map<string, string>();
  for (const [topic, log] of logs) for (const it of log) index.set(`${topic} ${it.partition} ${it.offset}`, it.value);
  for (const { topic, partition, offset, value, isolation } of sightings) {
    if (!logs.has(topic)) continue;
    const now = index.get(`${topic} ${partition} ${offset}`);
    if (now === value) continue;
    const text = `a ${isolation} reader saw ${value} at ${partition}:${offset}, where ${now ?? 'nothing'} is now`;
    found.push({ kind: 'vanished', topic, partition, text, values: now === undefined ? [value] : [value, now] });
  }
  return found;
}

function namesOf(value: string, other: string | undefined): string[] {
  return other === undefined ? [value] : [value, other];
}
