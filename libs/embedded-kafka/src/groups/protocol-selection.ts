import type { GroupMember } from './group-member.js';

/** Names of the protocols every member offers. */
export function commonProtocols(members: Iterable<GroupMember>): Set<string> {
  let common: Set<string> | undefined;
  for (const { protocols } of members) {
    const names = new Set(protocols.map(({ name }) => name));
    common = common === undefined ? names : new Set([...common].filter((name) => names.has(name)));
  }
  return common ?? new Set();
}

/** Every member votes for the first common protocol on its list; the one with most votes wins, ties go to the first seen. */
export function selectProtocol(members: readonly GroupMember[]): string | null {
  const common = commonProtocols(members);
  const votes = new Map<string, number>();
  for (const { protocols } of members) {
    const vote = protocols.find(({ name }) => common.has(name))?.name;
    if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
  }
  let winner: string | null = null;
  for (const [name, count] of votes) if (winner === null || count > (votes.get(winner) ?? 0)) winner = name;
  return winner;
}
