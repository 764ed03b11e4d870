import type { CommittableUnit } from './committable-unit.js';
import type { OffsetChains } from './offset-chains.js';
import type { PendingUnit } from './pending-unit.js';
import type { Quarantine } from './quarantine.js';

/**
 * Would a unit come before one that was submitted earlier, if it went to the lane of what is sick now? Before one of its chains, or, on a partition of both,
 * before one in the main lane, or one that is set apart and waits for the same reason.
 *
 * @param all in the order in which they were submitted
 * @param blocked those that are in no lane
 */
export function wouldOvertake(
  pending: PendingUnit,
  all: ReadonlyMap<CommittableUnit, PendingUnit>,
  chains: OffsetChains,
  quarantine: Quarantine,
  blocked: ReadonlySet<PendingUnit>,
): boolean {
  const inChains = chains.before(pending.unit).flatMap((unit) => all.get(unit) ?? []);
  if (inChains.some((each) => !quarantine.holds(each))) return true;
  for (const each of all.values()) {
    if (each === pending) return false;
    // What waits for its chain alone has no place in the order of the others.
    const hasPlace = quarantine.holds(each) === blocked.has(each);
    if (hasPlace && pending.sharesWith(each) && !chains.before(each.unit).includes(pending.unit)) return true;
  }
  return false;
}
