import { errorCode } from 'kafka-wire';

import type { AppendOutcome, OffsetsOutcome } from '../producer/transactional-producer.js';
import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import { groupKey, partitionKey, type PendingUnit } from './pending-unit.js';
import { OF_THE_TRANSACTION } from '../producer/transaction-codes.js';

/** All answers to one transaction, in the order of the units and, within one, of its records and offsets. A hole was not tried: something before it failed. */
export interface GroupAnswers {
  readonly records: readonly (AppendOutcome | undefined)[];
  readonly offsets: readonly (OffsetsOutcome | undefined)[];
}

/** Who is to blame for a transaction that cannot be committed. Nobody is in two of these. */
export interface Judgement {
  /** The transaction itself failed, whatever was in it: the whole group runs again. */
  readonly fault: Error | undefined;
  /** The brokers say that somebody else has the id, or a time-out has ended it: only the coordinator can tell which. */
  readonly isReplaced: boolean;
  /** They fail, with the reason. */
  readonly culprits: ReadonlyMap<PendingUnit, Error>;
  /** One of them is to blame, and the broker does not say who: each goes into a transaction of its own. */
  readonly suspects: ReadonlySet<PendingUnit>;
  /** What did not answer in time. Units that touch it wait apart from all others. */
  readonly sick: ReadonlyMap<string, Error>;
}

/** Of those, what a producer is told whose place another one has taken. */
const OF_A_REPLACED_PRODUCER: ReadonlySet<number> = new Set([
  errorCode('INVALID_PRODUCER_EPOCH'),
  errorCode('INVALID_PRODUCER_ID_MAPPING'),
  errorCode('PRODUCER_FENCED'),
]);
/** Codes that every record for this topic gets. */
const OF_THE_TOPIC: ReadonlySet<number> = new Set([
  errorCode('TOPIC_AUTHORIZATION_FAILED'),
  errorCode('INVALID_TOPIC_EXCEPTION'),
]);
/** Codes that every record for this partition gets. */
const OF_THE_PARTITION: ReadonlySet<number> = new Set([errorCode('UNKNOWN_TOPIC_OR_PARTITION')]);

/** Decides, once all answers are in. @returns `undefined` when the transaction can be committed */
export function judge(units: readonly PendingUnit[], answers: GroupAnswers): Judgement | undefined {
  const findings = new Findings();
  let record = 0;
  let offsets = 0;
  for (const pending of units) {
    for (const { topic, partition } of pending.unit.records) {
      findings.noteRecord(pending, topic, partition, answers.records[record++]);
    }
    for (const staged of pending.unit.offsets) findings.noteOffsets(staged, answers.offsets[offsets++]);
  }
  return findings.isEmpty ? undefined : findings.judge(units);
}

/** Every suspect in a transaction of its own, and what lies between them together: nobody overtakes anybody. */
export function runsAround(units: readonly PendingUnit[], suspects: ReadonlySet<PendingUnit>): PendingUnit[][] {
  const runs: PendingUnit[][] = [];
  let isOpen = false;
  for (const pending of units) {
    const isSuspect = suspects.has(pending);
    if (isOpen && !isSuspect) runs.at(-1)!.push(pending);
    else runs.push([pending]);
    isOpen = !isSuspect;
  }
  return runs;
}

class Findings {
  isEmpty = true;
  #fault: Error | undefined;
  #isReplaced = false;
  readonly #culprits = new Map<PendingUnit, Error>();
  readonly #batches = new Map<number, { readonly error: Error; readonly units: Set<PendingUnit> }>();
  /** By what the broker refused as a whole: a topic, a partition, a member of a group. */
  readonly #refused = new Map<string, Error>();
  readonly #sick = new Map<string, Error>();

  noteRecord(pending: PendingUnit, topic: string, partition: number, outcome: AppendOutcome | undefined): void {
    if (outcome === undefined || outcome.kind === 'appended') return;
    this.isEmpty = false;
    const { error } = outcome;
    if (outcome.kind === 'unanswered') this.#sick.set(partitionKey(topic, partition), error);
    else if (OF_THE_TRANSACTION.has(outcome.errorCode)) this.#noteFault(outcome.errorCode, error);
    else if (OF_THE_TOPIC.has(outcome.errorCode)) this.#refused.set(topicKey(topic), error);
    else if (OF_THE_PARTITION.has(outcome.errorCode)) this.#refused.set(partitionKey(topic, partition), error);
    else if (outcome.isNamed) this.#culprits.set(pending, this.#culprits.get(pending) ?? error);
    else this.#suspect(outcome.batch, pending, error);
  }

  noteOffsets(staged: ConsumedOffsets, outcome: OffsetsOutcome | undefined): void {
    if (outcome === undefined || outcome.kind === 'accepted') return;
    this.isEmpty = false;
    if (outcome.kind === 'unanswered') this.#sick.set(groupKey(staged.groupId), outcome.error);
    else if (OF_THE_TRANSACTION.has(outcome.errorCode)) this.#noteFault(outcome.errorCode, outcome.error);
    else this.#refused.set(memberKey(staged), outcome.error);
  }

  judge(units: readonly PendingUnit[]): Judgement {
    for (const pending of units) {
      const error = this.#refusalOf(pending);
      if (error !== undefined && !this.#culprits.has(pending)) this.#culprits.set(pending, error);
    }
    const suspects = this.#suspects();
    const only = units[0];
    if (units.length === 1 && only !== undefined && suspects.has(only)) {
      this.#culprits.set(only, [...this.#batches.values()][0]!.error);
      suspects.clear();
    }
    return { fault: this.#fault, isReplaced: this.#isReplaced, culprits: this.#culprits, suspects, sick: this.#sick };
  }

  #noteFault(code: number, error: Error): void {
    this.#fault ??= error;
    this.#isReplaced ||= OF_A_REPLACED_PRODUCER.has(code);
  }

  #suspect(batch: number, pending: PendingUnit, error: Error): void {
    const found = this.#batches.get(batch);
    if (found === undefined) this.#batches.set(batch, { error, units: new Set([pending]) });
    else found.units.add(pending);
  }

  /** A batch one of whose units is a culprit has been explained: its other units were only beside it. */
  #suspects(): Set<PendingUnit> {
    const suspects = new Set<PendingUnit>();
    for (const { units } of this.#batches.values()) {
      if ([...units].some((pending) => this.#culprits.has(pending))) continue;
      for (const pending of units) suspects.add(pending);
    }
    return suspects;
  }

  #refusalOf({ unit }: PendingUnit): Error | undefined {
    if (this.#refused.size === 0) return undefined;
    for (const { topic, partition } of unit.records) {
      const error = this.#refused.get(topicKey(topic)) ?? this.#refused.get(partitionKey(topic, partition));
      if (error !== undefined) return error;
    }
    for (const staged of unit.offsets) {
      const error = this.#refused.get(memberKey(staged));
      if (error !== undefined) return error;
    }
    return undefined;
  }
}

function topicKey(topic: string): string {
  return `topic ${topic}`;
}

/** One TxnOffsetCommit each: what the broker says of one member of a generation goes for all of its offsets. */
function memberKey({ groupId, member }: ConsumedOffsets): string {
  return JSON.stringify(member === 'unfenced' ? [groupId] : [groupId, member.generationId, member.memberId]);
}
