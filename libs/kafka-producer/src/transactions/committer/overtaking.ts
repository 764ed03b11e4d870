import type { PendingUnit } from './pending-unit.js';
import type { Quarantine } from './quarantine.js';

/**
 * Would a unit come before one that goes before it and shares a partition or a group with it, if it went to the lane of what is sick now? That one is in the
 * main lane, or is set apart too and waits for the same reason.
 *
 * @param entered in the order in which they came to a lane: that of their work, and of their chains
 * @param blocked those that are in no lane
 */
export function wouldOvertake(
  pending: PendingUnit,
  entered: Iterable<PendingUnit>,
  quarantine: Quarantine,
  blocked: ReadonlySet<PendingUnit>,
): boolean {
  for (const each of entered) {
    if (each === pending) return false;
    if (quarantine.holds(each) === blocked.has(each) && pending.sharesWith(each)) return true;
  }
  return false;
}
