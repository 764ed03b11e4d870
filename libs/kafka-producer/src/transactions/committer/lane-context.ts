import type { Clock } from '../../support/clock.js';
import type { EndOutcome } from '../producer/transactional-producer.js';
import type { PendingUnit } from './pending-unit.js';
import type { Quarantine } from './quarantine.js';

/** What a lane needs of the committer it belongs to. */
export interface LaneContext {
  readonly clock: Clock;
  readonly quarantine: Quarantine;
  readonly commitTimeoutMs: number;
  /** Bytes of a group; one unit is always taken. */
  maxGroupBytes(): number;
  /** The units wait apart from now on. */
  setApart(units: readonly PendingUnit[], sick?: ReadonlyMap<string, Error>): void;
  committed(pending: PendingUnit, metadata: Parameters<PendingUnit['unit']['committed']>[0]): void;
  aborted(pending: PendingUnit, error: Error): void;
  unknown(pending: PendingUnit, outcome: EndOutcome & { kind: 'unknown' }): void;
  /** Another process has our ids: nothing will be committed any more. */
  fenced(error: Error): void;
}
