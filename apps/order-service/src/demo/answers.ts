import { orderConfirmed, orderPlaced, orderRejected } from '../orders/order-topics.js';
import type { OrderBody } from './order-file.js';
import type { ReadRecord } from './topic-reader.js';
import type { TopicOffsets } from './topic-offsets.js';

/** What became of the orders, by what lies in the topics. */
export interface Answers {
  readonly orders: number;
  readonly confirmed: number;
  readonly rejected: number;
  /** References of orders that were placed not once but never or more often. */
  readonly misplaced: readonly string[];
  readonly unanswered: readonly string[];
  readonly answeredAgain: readonly string[];
}

export function isAnswer({ topic }: Pick<ReadRecord, 'topic'>): boolean {
  return topic === orderConfirmed.topic || topic === orderRejected.topic;
}

/** Counts the answers to each order. */
export function countAnswers(orders: readonly Pick<OrderBody, 'reference'>[], records: readonly ReadRecord[]): Answers {
  const references = orders.map(({ reference }) => reference);
  const placed = countByKey(records.filter(({ topic }) => topic === orderPlaced.topic));
  const confirmed = countByKey(records.filter(({ topic }) => topic === orderConfirmed.topic));
  const rejected = countByKey(records.filter(({ topic }) => topic === orderRejected.topic));
  const answersTo = (reference: string): number => (confirmed.get(reference) ?? 0) + (rejected.get(reference) ?? 0);
  return {
    orders: references.length,
    confirmed: references.filter((reference) => confirmed.has(reference)).length,
    rejected: references.filter((reference) => rejected.has(reference)).length,
    misplaced: references.filter((reference) => placed.get(reference) !== 1),
    unanswered: references.filter((reference) => answersTo(reference) === 0),
    answeredAgain: references.filter((reference) => answersTo(reference) > 1),
  };
}

/** The worker has committed the offset of every order that was placed: it will answer none of them again. */
export function isCaughtUp(committed: TopicOffsets, records: readonly ReadRecord[]): boolean {
  return records
    .filter(({ topic }) => topic === orderPlaced.topic)
    .every(({ topic, partition, offset }) => (committed.get(`${topic}/${partition}`) ?? 0n) > BigInt(offset));
}

/** @returns `undefined` when every order was placed once and answered once, else what is wrong */
export function whatIsWrong({ misplaced, unanswered, answeredAgain }: Answers): string | undefined {
  const problems = [
    sentence(misplaced, 'not placed exactly once'),
    sentence(answeredAgain, 'answered more than once'),
    sentence(unanswered, 'not answered'),
  ].filter((problem) => problem !== undefined);
  return problems.length === 0 ? undefined : problems.join('\n');
}

const MOST_NAMED = 5;

function sentence(references: readonly string[], what: string): string | undefined {
  if (references.length === 0) return undefined;
  const named = references.slice(0, MOST_NAMED).join(', ');
  const more = references.length > MOST_NAMED ? ` and ${references.length - MOST_NAMED} more` : '';
  return `${references.length} ${references.length === 1 ? 'order was' : 'orders were'} ${what}: ${named}${more}.`;
}

function countByKey(records: readonly ReadRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of records) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
