import type { HistoryToCheck, Violation } from './check-history.js';
import type { SentRecord } from './sent-record.js';

const SHOWN_VIOLATIONS = 10;
/** How many neighbours on each side of a record tell what happened around it. */
const NEIGHBOURS = 3;

/**
 * A report that fits on a screen: how many of each kind, and of the first ones the smallest part of the history that shows it: the records it is
 * about, in the order they were sent, and what stands around them in the log.
 */
export function describeViolations(violations: readonly Violation[], history: HistoryToCheck): string {
  if (violations.length === 0) return 'no violation';
  const counts = new Map<string, number>();
  for (const { kind } of violations) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const summary = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
  const shown = violations.slice(0, SHOWN_VIOLATIONS).map((violation) => describe(violation, history));
  return `${summary} of ${history.sent.length} records\n${shown.join('\n')}`;
}

function describe({ kind, topic, text, values }: Violation, { sent, logs }: HistoryToCheck): string {
  const about = new Set(values);
  const sends = sent.filter(({ value }) => about.has(value)).map((record) => `    ${describeSend(record)}`);
  const log = logs.get(topic) ?? [];
  const places = log.flatMap(({ value }, at) => (about.has(value) ? [at] : []));
  const near = log
    .filter((_, at) => places.some((place) => Math.abs(place - at) <= NEIGHBOURS))
    .map(({ partition, offset, value }) => `${partition}:${offset} ${value}`);
  return [`- ${kind}: ${text}`, ...sends, ...(near.length > 0 ? [`    log: ${near.join(' | ')}`] : [])].join('\n');
}

function describeSend({ value, calledAtMs, settledAtMs, outcome }: SentRecord): string {
  const when = `sent at ${Math.round(calledAtMs)} ms`;
  const then = settledAtMs === undefined ? 'not settled' : `settled at ${Math.round(settledAtMs)} ms`;
  switch (outcome.kind) {
    case 'ok':
      return `${value} ${when}, ${then}: ok at ${outcome.partition}:${outcome.offset ?? '?'}`;
    case 'unsettled':
      return `${value} ${when}, ${then}`;
    default:
      return `${value} ${when}, ${then}: ${outcome.kind}, ${outcome.error}`;
  }
}
