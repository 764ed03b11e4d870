import type { RecordMetadata } from '../../record/record-metadata.js';
import type { AppendOutcome, OffsetsOutcome, TransactionalProducer } from '../producer/transactional-producer.js';
import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import type { StagedRecord } from '../unit/staged-record.js';
import type { GroupAnswers } from './judgement.js';
import { groupKey, partitionKey, type PendingUnit } from './pending-unit.js';

/**
 * Appends everything of a group: records first, then offsets, and those only when all records are in.
 *
 * What may be sick goes before all else, alone: while a sick partition lets the transaction wait, the partitions of the others are not part of it, and their
 * `read_committed` readers are not held up.
 *
 * @param sick keys that did not answer lately
 * @returns all answers; holes where nothing was tried
 */
export async function appendGroup(
  group: readonly PendingUnit[],
  producer: TransactionalProducer,
  deadlineMs: number,
  sick: { has(key: string): boolean },
): Promise<GroupAnswers> {
  const records = group.flatMap(({ unit }) => unit.records);
  const offsets = group.flatMap(({ unit }) => unit.offsets);
  const answers = {
    records: Array.from<AppendOutcome | undefined>({ length: records.length }),
    offsets: noAnswers(offsets),
  };
  const places = records.map((_, index) => index);
  const isSick = (place: number): boolean => sick.has(keyOf(records[place]!));
  const first = places.filter(isSick);
  const others = first.length === 0 ? places : places.filter((place) => !isSick(place));
  for (const part of [first, others]) {
    if (!(await appendPart(records, part, answers.records, producer, deadlineMs))) return answers;
  }
  if (offsets.length > 0) {
    for (const [place, outcome] of (await producer.sendOffsets(offsets, deadlineMs)).entries()) {
      answers.offsets[place] = outcome;
    }
  }
  return answers;
}

/** What each unit of a committed group is told, in the order of the group. */
export function* metadataOf(
  group: readonly PendingUnit[],
  { records }: GroupAnswers,
): Generator<[PendingUnit, RecordMetadata[]]> {
  let place = 0;
  for (const pending of group) {
    const end = place + pending.unit.records.length;
    const metadata: RecordMetadata[] = [];
    for (; place < end; place++) {
      const outcome = records[place];
      if (outcome?.kind === 'appended') metadata.push(outcome.metadata);
    }
    yield [pending, metadata];
  }
}

/** Does one of the sick things concern the unit? */
export function touches({ keys }: PendingUnit, sick: { has(key: string): boolean }): boolean {
  return keys.some((key) => sick.has(key));
}

/** Those that wait for what is sick, and behind them those that commit offsets of the same groups: they must not commit theirs before. */
export function partedBy(
  sick: { has(key: string): boolean },
  units: readonly PendingUnit[],
): { readonly waiting: PendingUnit[]; readonly others: PendingUnit[] } {
  const waiting: PendingUnit[] = [];
  const others: PendingUnit[] = [];
  const groups = new Set<string>();
  for (const pending of units) {
    const waits = touches(pending, sick) || touches(pending, groups);
    (waits ? waiting : others).push(pending);
    if (waits) for (const { groupId } of pending.unit.offsets) groups.add(groupKey(groupId));
  }
  return { waiting, others };
}

/** What waits with a unit that is set apart: also the groups whose offsets it commits, because those behind it must not commit theirs before. */
export function keysHeldBack({ keys, unit }: PendingUnit, sick: { has(key: string): boolean }): string[] {
  const ofGroups = new Set(unit.offsets.map(({ groupId }) => groupKey(groupId)));
  return keys.filter((key) => sick.has(key) || ofGroups.has(key));
}

async function appendPart(
  records: readonly StagedRecord[],
  places: readonly number[],
  answers: (AppendOutcome | undefined)[],
  producer: TransactionalProducer,
  deadlineMs: number,
): Promise<boolean> {
  if (places.length === 0) return true;
  const part = places.length === records.length ? records : places.map((place) => records[place]!);
  const outcomes = await producer.append(part, deadlineMs);
  for (let i = 0; i < places.length; i++) answers[places[i]!] = outcomes[i];
  return outcomes.every(({ kind }) => kind === 'appended');
}

function keyOf({ topic, partition }: StagedRecord): string {
  return partitionKey(topic, partition);
}

function noAnswers({ length }: readonly ConsumedOffsets[]): (OffsetsOutcome | undefined)[] {
  return Array.from<OffsetsOutcome | undefined>({ length });
}
