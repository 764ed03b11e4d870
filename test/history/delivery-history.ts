import type { LoggedRecord, Outcome, SentRecord } from './sent-record.js';

/** What a producer answers: an offset as decimal text, or none when a repeat was recognised too late to know it. */
interface Acknowledgement {
  readonly partition: number;
  readonly offset?: string | undefined;
}

interface OpenRecord extends SentRecord {
  settledAtMs: number | undefined;
  outcome: Outcome;
}

/** Where a record stood when it was read during a run. */
export interface Sighting extends LoggedRecord {
  readonly topic: string;
  readonly isolation: Isolation;
  readonly atMs: number;
}

export type Isolation = 'read_uncommitted' | 'read_committed';

/** Everything the callers of a producer and the readers of its topics saw in one run. */
export class DeliveryHistory {
  readonly #sent: OpenRecord[] = [];
  readonly #sightings: Sighting[] = [];
  readonly #seen = new Set<string>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  get sent(): readonly SentRecord[] {
    return this.#sent;
  }

  get sightings(): readonly Sighting[] {
    return this.#sightings;
  }

  get unsettled(): number {
    return this.#sent.filter(({ outcome }) => outcome.kind === 'unsettled').length;
  }

  /** Sends a record with a value of its own, and notes what its sender is told. Resolves when it is settled, whichever way. */
  async send(topic: string, deliver: (value: string) => Promise<Acknowledgement>): Promise<Outcome> {
    const call = this.#sent.length;
    const record: OpenRecord = {
      value: `#${call}`,
      topic,
      call,
      calledAtMs: this.#nowMs(),
      settledAtMs: undefined,
      outcome: { kind: 'unsettled' },
    };
    this.#sent.push(record);
    try {
      const { partition, offset } = await deliver(record.value);
      record.outcome = { kind: 'ok', partition, offset: offset === undefined ? undefined : Number(offset) };
    } catch (error) {
      record.outcome = failureOf(error);
    }
    record.settledAtMs = this.#nowMs();
    return record.outcome;
  }

  /** A reader saw a record while the run went on. What is read again and again is noted once. */
  saw(topic: string, isolation: Isolation, record: LoggedRecord): void {
    const key = `${isolation} ${topic} ${record.partition} ${record.offset} ${record.value}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#sightings.push({ ...record, topic, isolation, atMs: this.#nowMs() });
  }
}

/** An error that does not say whether its record was written claims that it was not: a producer that is wrong about it is found out. */
function failureOf(error: unknown): Outcome {
  const { persisted, message } = error as { persisted?: 'no' | 'possibly'; message?: string };
  return { kind: persisted === 'possibly' ? 'fail-possibly' : 'fail-no', error: message ?? String(error) };
}
