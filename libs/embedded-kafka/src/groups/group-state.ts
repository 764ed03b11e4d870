/** Kafka's names, as DescribeGroups reports them. */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

const NEXT: Readonly<Record<GroupState, readonly GroupState[]>> = {
  /** No members; offsets may be there. */
  Empty: ['PreparingRebalance', 'Dead'],
  /** Waiting for members to join (again). */
  PreparingRebalance: ['CompletingRebalance', 'Empty', 'Dead'],
  /** Everyone is told the generation; waiting for the leader's assignment. */
  CompletingRebalance: ['Stable', 'PreparingRebalance', 'Dead'],
  Stable: ['PreparingRebalance', 'Dead'],
  Dead: ['Dead'],
};

export function transition(from: GroupState, to: GroupState): GroupState {
  if (NEXT[from].includes(to)) return to;
  throw new Error(`a group cannot go from ${from} to ${to}`);
}
