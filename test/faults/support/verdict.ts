import { checkHistory } from '../../history/check-history.js';
import type { DeliveryHistory } from '../../history/delivery-history.js';
import { describeViolations } from '../../history/describe-violations.js';
import type { LoggedRecord } from '../../history/sent-record.js';

/** What a run has shown. */
export interface Verdict {
  /** `'no violation'`, or what is wrong, for a person. */
  readonly text: string;
  readonly kinds: readonly string[];
  readonly records: number;
  readonly seen: number;
  /** Share of the records that were acknowledged. */
  readonly okRatio: number;
  readonly slowestMs: number;
}

export function verdictOn(
  history: Pick<DeliveryHistory, 'sent' | 'sightings'>,
  logs: ReadonlyMap<string, readonly LoggedRecord[]>,
  settleWithinMs: number,
): Verdict {
  const { sent, sightings } = history;
  const checked = { sent, sightings, logs, settleWithinMs };
  const violations = checkHistory(checked);
  const ok = sent.filter(({ outcome }) => outcome.kind === 'ok').length;
  return {
    text: describeViolations(violations, checked),
    kinds: [...new Set(violations.map(({ kind }) => kind))],
    records: sent.length,
    seen: sightings.length,
    okRatio: ok / Math.max(sent.length, 1),
    slowestMs: sent.reduce((max, { calledAtMs, settledAtMs = 0 }) => Math.max(max, settledAtMs - calledAtMs), 0),
  };
}
