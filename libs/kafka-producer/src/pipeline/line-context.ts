import type { BufferMemory } from '../accumulator/buffer-memory.js';
import type { Cluster } from '../cluster/cluster.js';
import type { DeliveryCounters } from '../sender/batch-settlement.js';
import type { Clock } from '../support/clock.js';
import type { Admission } from './admission.js';
import type { SerializationAhead } from './serialization-ahead.js';
import type { TurnBudget } from './turn-budget.js';

/** What every line of a pipeline shares. */
export interface LineContext {
  readonly admission: Admission;
  readonly cluster: Cluster;
  readonly memory: BufferMemory;
  readonly clock: Clock;
  readonly maxBlockMs: number;
  readonly ahead: SerializationAhead;
  readonly budget: TurnBudget;
  /** Records that fail while they wait are counted here. */
  readonly counters: Pick<DeliveryCounters, 'failedRecords'>;
  /** Tells the sender that somebody is short of memory: open batches should leave. */
  readonly onContention: () => void;
}
