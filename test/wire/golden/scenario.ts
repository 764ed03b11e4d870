import { readFileSync } from 'node:fs';

/** A record as the Java producer was told to write it. */
export interface ScenarioRecord {
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[];
}

interface Scenario {
  readonly recordSets: Readonly<Record<string, readonly RawRecord[]>>;
  readonly batches: readonly { readonly topic: string; readonly records: string }[];
}

interface RawRecord {
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers?: readonly [key: string, value: string | null][];
}

const scenario = JSON.parse(readFileSync(new URL('scenario.json', import.meta.url), 'utf8')) as Scenario;

/** The records of each batch written to a topic, in order; markers of transactions are not among them. */
export function scenarioBatches(topic: string): ScenarioRecord[][] {
  const names = scenario.batches.filter((batch) => batch.topic === topic).map(({ records }) => records);
  return names.map((name) => (scenario.recordSets[name] ?? []).map(toRecord));
}

function toRecord({ timestamp, key, value, headers = [] }: RawRecord): ScenarioRecord {
  return {
    timestamp,
    key: bytes(key),
    value: bytes(value),
    headers: headers.map(([name, headerValue]) => ({ key: name, value: bytes(headerValue) })),
  };
}

/** The notation of `WriteGolden.java`: null, "hex:00ff", "repeat:<length>:<text>" or text. */
function bytes(data: string | null): Buffer | null {
  if (data === null) return null;
  if (data.startsWith('hex:')) return Buffer.from(data.slice(4), 'hex');
  const repeat = /^repeat:(\d+):(.*)$/s.exec(data);
  return repeat ? Buffer.alloc(Number(repeat[1]), repeat[2]) : Buffer.from(data);
}
