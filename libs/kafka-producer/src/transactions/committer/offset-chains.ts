import { InvalidRecordError } from '../../errors/record.errors.js';
import type { ConsumedOffset, ConsumedOffsets, GroupMember } from '../unit/consumed-offsets.js';
import type { CommittableUnit } from './committable-unit.js';

interface Link {
  readonly unit: CommittableUnit;
  /** The highest that the unit has staged. */
  offset: bigint;
  /** Its work is done, and so is that of all before it: it stands in the queue of a lane. */
  hasEntered: boolean;
}

/** The units that commit offsets of one partition for one member of a generation, in the order of the offsets. */
interface Chain {
  readonly links: Link[];
  /** The highest that was committed. */
  committed: bigint | undefined;
}

/**
 * TRANSACTIONS rule 22. Offsets are cumulative: who commits 20 says that everything before 20 is done. So units that commit offsets of one (group, partition) do so
 * in the order of their offsets, and when one fails all behind it fail too.
 *
 * A new generation of the group, or another member, starts a chain of its own beside the old one: whatever of the old one comes late the broker refuses, and
 * it must not part the units of the new one.
 */
export class OffsetChains {
  /** By partition of a group, then by who consumes. */
  readonly #chains = new Map<string, Map<string, Chain>>();
  readonly #chainsOf = new Map<CommittableUnit, Set<Chain>>();
  /** Who waits to be first. */
  readonly #onFirst = new Map<CommittableUnit, () => void>();

  /** @throws InvalidRecordError when an offset is not above the last of its chain; nothing was staged then */
  stage(unit: CommittableUnit, { groupId, member, offsets }: ConsumedOffsets): void {
    const owner = ownerOf(member);
    const staged = offsets.map((offset) => {
      const chain = this.#chainFor(groupId, owner, offset);
      assertAbove(groupId, offset, lastOf(chain, member));
      return { chain, offset: BigInt(offset.offset) };
    });
    for (const { chain, offset } of staged) {
      const last = chain.links.at(-1);
      if (last?.unit === unit) last.offset = offset;
      else chain.links.push({ unit, offset, hasEntered: false });
      const chains = this.#chainsOf.get(unit);
      if (chains === undefined) this.#chainsOf.set(unit, new Set([chain]));
      else chains.add(chain);
    }
  }

  entered(unit: CommittableUnit, hasEntered = true): void {
    for (const chain of this.#chainsOf.get(unit) ?? []) {
      for (const link of chain.links) if (link.unit === unit) link.hasEntered = hasEntered;
    }
  }

  /** Must the unit wait for one before it that is still at work, or waits itself? */
  isBlocked(unit: CommittableUnit): boolean {
    for (const { links } of this.#chainsOf.get(unit) ?? []) {
      for (const link of links) {
        if (link.unit === unit) break;
        if (!link.hasEntered) return true;
      }
    }
    return false;
  }

  /** Resolves when nobody stands before the unit in any chain; `undefined` when nobody does. */
  untilFirst(unit: CommittableUnit): Promise<void> | undefined {
    return this.#isFirst(unit) ? undefined : new Promise((resolve) => this.#onFirst.set(unit, resolve));
  }

  committed(unit: CommittableUnit): void {
    for (const chain of this.#chainsOf.get(unit) ?? []) {
      for (const { unit: other, offset } of chain.links) if (other === unit) chain.committed = offset;
      remove(chain, new Set([unit]));
    }
    this.#chainsOf.delete(unit);
    this.#tellFirst();
  }

  /** The unit commits none of its offsets. @returns those behind it in its chains, in their order, which have left them too */
  failed(unit: CommittableUnit): CommittableUnit[] {
    const gone = new Set([unit]);
    for (const each of gone) {
      for (const { links } of this.#chainsOf.get(each) ?? []) {
        const at = links.findIndex((link) => link.unit === each);
        for (const link of links.slice(at + 1)) gone.add(link.unit);
      }
    }
    for (const each of gone) {
      for (const chain of this.#chainsOf.get(each) ?? []) remove(chain, gone);
      this.#chainsOf.delete(each);
    }
    this.#tellFirst();
    gone.delete(unit);
    return [...gone];
  }

  #isFirst(unit: CommittableUnit): boolean {
    return [...(this.#chainsOf.get(unit) ?? [])].every(({ links }) => links[0]?.unit === unit);
  }

  #tellFirst(): void {
    for (const [unit, resolve] of this.#onFirst) {
      if (!this.#isFirst(unit)) continue;
      this.#onFirst.delete(unit);
      resolve();
    }
  }

  #chainFor(groupId: string, owner: string, { topic, partition }: ConsumedOffset): Chain {
    const key = JSON.stringify([groupId, topic, partition]);
    let chains = this.#chains.get(key);
    if (chains === undefined) this.#chains.set(key, (chains = new Map<string, Chain>()));
    let chain = chains.get(owner);
    if (chain !== undefined) return chain;
    for (const [other, { links }] of chains) if (links.length === 0) chains.delete(other); // of former generations
    chains.set(owner, (chain = { links: [], committed: undefined }));
    return chain;
  }
}

function ownerOf(member: GroupMember | 'unfenced'): string {
  return member === 'unfenced' ? '' : `${member.generationId} ${member.memberId}`;
}

/** What is committed counts for a member of a generation alone: a consumer without one may have been sent back on purpose. */
function lastOf({ links, committed }: Chain, member: GroupMember | 'unfenced'): bigint | undefined {
  return links.at(-1)?.offset ?? (member === 'unfenced' ? undefined : committed);
}

function assertAbove(groupId: string, { topic, partition, offset }: ConsumedOffset, last: bigint | undefined): void {
  if (last === undefined || BigInt(offset) > last) return;
  throw new InvalidRecordError({
    topic,
    reason: `the offset ${offset} of partition ${partition} for group '${groupId}' is not above ${last}, which was staged or committed before: committing it would move the group backwards`,
    remedy: 'Send the offsets of a partition in ascending order, each once.',
  });
}

function remove(chain: Chain, units: ReadonlySet<CommittableUnit>): void {
  const kept = chain.links.filter(({ unit }) => !units.has(unit));
  chain.links.splice(0, chain.links.length, ...kept);
}
