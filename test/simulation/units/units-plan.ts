import { Random } from 'embedded-kafka';

/** Everything that a seed decides before the run starts. */
export interface UnitsPlan {
  readonly seed: number;
  readonly transactionVersion: 1 | 2;
  /** The level is changed while units are committed. */
  readonly isUpgraded: boolean;
  /** Trouble lasts long enough for time-outs of brokers and of commits. */
  readonly isHarsh: boolean;
  readonly commitTimeoutMs: number;
  /** After which brokers abort a transaction. */
  readonly transactionTimeoutMs: number;
  readonly compressionType: 'none' | 'gzip';
  readonly callers: number;
  /** Callers that do not await their units. */
  readonly crowds: number;
  readonly groups: readonly GroupPlan[];
}

/** How a member is replaced, so that what it still does is a zombie's: it leaves, joins once more, is one of a static id, or is pushed out by another. */
export type Takeover = 'leave' | 'rejoin' | 'static' | 'expel';

export interface GroupPlan {
  readonly groupId: string;
  readonly partitions: number;
  /** Of each life but the last: how it is replaced. None: the group has no member at all, its consumer commits unfenced. */
  readonly takeovers: readonly Takeover[] | 'unfenced';
  /** Units of each life. */
  readonly unitsEach: number;
  /** Units that are worked on at the same time. */
  readonly depth: number;
}

export function unitsPlan(seed: number): UnitsPlan {
  const random = new Random(seed * 6_007 + 11);
  const isHarsh = random.chance(0.5);
  const groups = Array.from({ length: random.integer(0, 3) }, (_, index) => groupPlan(random, index));
  return {
    seed,
    transactionVersion: random.pick([1, 2]),
    isUpgraded: random.chance(0.15),
    isHarsh,
    commitTimeoutMs: isHarsh ? random.pick([3_000, 8_000, 30_000]) : 30_000,
    transactionTimeoutMs: isHarsh ? random.pick([1_000, 3_000, 15_000]) : 15_000,
    compressionType: random.pick(['none', 'gzip'] as const),
    callers: random.integer(groups.length > 0 ? 0 : 2, 6),
    crowds: random.integer(0, 2),
    groups,
  };
}

function groupPlan(random: Random, index: number): GroupPlan {
  const takeover = (): Takeover => random.pick(['leave', 'rejoin', 'static', 'expel'] as const);
  return {
    groupId: `group-${index}`,
    partitions: random.integer(1, 3),
    takeovers: random.chance(0.2) ? 'unfenced' : Array.from({ length: random.integer(0, 2) }, takeover),
    unitsEach: random.integer(3, 12),
    depth: random.integer(1, 4),
  };
}
