import { setTimeout as delay } from 'node:timers/promises';

import {
  skippedInputs,
  type CommittedOffsets,
  type PipelineLogs,
  type PipelineViolation,
} from '../../history/check-pipeline.js';
import { committedOffsets, endsOf, type End } from './group-progress.js';
import { TopicReader } from './topic-reader.js';

const READ_WITHIN_MS = 2_000;
const LAST_READ_WITHIN_MS = 30_000;

export interface PipelineTopics {
  readonly source: string;
  readonly sink: string;
  readonly deadLetterTopic: string;
}

/** What was committed when it was looked at, and how far must be read before it can be judged. */
interface Look {
  readonly committed: CommittedOffsets;
  readonly ends: readonly End[];
}

/**
 * Looks at a pipeline while it runs: no input before the committed offsets of its group may lack what was made of it.
 *
 * The order of the reads is what makes a finding one. Offsets first. Then where the topics end: what is behind that was written later. Then the records, as committed
 * readers see them: only when all transactions that were open at these ends are decided, the offsets are judged. Where one of it cannot be had the look is given up:
 * another one comes.
 */
export class PipelineWatch {
  readonly #bootstrap: readonly string[];
  readonly #groupId: string;
  readonly #topics: PipelineTopics;
  readonly #partitions: number;
  readonly #reader: TopicReader;
  #waiting: Look[] = [];
  readonly #skipped = new Map<string, PipelineViolation>();
  readonly #handled = new Set<string>();
  readonly #noted = new Map<string, number>();
  /** Looks that were judged. */
  judged = 0;
  /** Offsets that had come forward from one of them to the next. */
  advances = 0;
  #latest: CommittedOffsets = new Map();

  /** @param partitions of the consumed topic */
  constructor(bootstrap: readonly string[], groupId: string, topics: PipelineTopics, partitions: number) {
    this.#bootstrap = bootstrap;
    this.#groupId = groupId;
    this.#topics = topics;
    this.#partitions = partitions;
    this.#reader = new TopicReader(bootstrap, READ_WITHIN_MS);
  }

  async run(stop: AbortSignal, everyMs: number): Promise<void> {
    while (!stop.aborted) {
      await this.look();
      await delay(everyMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  async look(): Promise<void> {
    const look = await this.#ask().catch(() => undefined);
    if (look !== undefined) this.#waiting.push(look);
    await this.#reader.readOn(Object.values(this.#topics));
    for (const topic of [this.#topics.sink, this.#topics.deadLetterTopic]) this.#note(topic);
    this.#judge();
  }

  /** When nothing is written any more. @returns what is committed then */
  async last(): Promise<CommittedOffsets> {
    const untilMs = performance.now() + LAST_READ_WITHIN_MS;
    await this.look();
    while (this.#waiting.length > 0) {
      if (performance.now() > untilMs) throw new Error('a transaction stays open');
      await this.look();
    }
    return this.#latest;
  }

  get logs(): PipelineLogs {
    const { source, sink, deadLetterTopic } = this.#topics;
    const of = (topic: string) => this.#reader.logs.get(topic) ?? [];
    return { inputs: of(source), outputs: of(sink), deadLetters: of(deadLetterTopic) };
  }

  get skipped(): readonly PipelineViolation[] {
    return [...this.#skipped.values()];
  }

  /** Values that have an output or a dead letter. */
  get handled(): ReadonlySet<string> {
    return this.#handled;
  }

  #note(topic: string): void {
    const log = this.#reader.logs.get(topic) ?? [];
    for (const { value } of log.slice(this.#noted.get(topic) ?? 0)) this.#handled.add(value);
    this.#noted.set(topic, log.length);
  }

  async #ask(): Promise<Look> {
    const { source, sink, deadLetterTopic } = this.#topics;
    const committed = await committedOffsets(this.#bootstrap, this.#groupId, source, this.#partitions);
    return { committed, ends: await endsOf(this.#bootstrap, [sink, deadLetterTopic]) };
  }

  #judge(): void {
    const isDecided = ({ ends }: Look): boolean =>
      ends.every(({ topic, partition, offset }) => this.#reader.positionOf(topic, partition) >= offset);
    const decided = this.#waiting.filter(isDecided);
    this.#waiting = this.#waiting.filter((look) => !decided.includes(look));
    if (decided.length === 0) return;
    for (const { committed } of decided) {
      this.judged++;
      for (const [partition, offset] of committed) if (offset > (this.#latest.get(partition) ?? 0)) this.advances++;
      this.#latest = committed;
      for (const violation of skippedInputs(this.logs.inputs, this.#handled, committed)) {
        if (!this.#skipped.has(violation.text)) this.#skipped.set(violation.text, violation);
      }
    }
  }
}
