import { ManualClock } from '../../time/spec-support/manual-clock.js';
import { Random } from '../../time/random.js';
import { ConsumerGroup } from '../consumer-group.js';
import type { Joining, JoinResult, SyncResult } from '../group-member.js';

export const SESSION_MS = 10_000;
export const REBALANCE_MS = 60_000;
const SETTINGS = { initialRebalanceDelayMs: 0, minSessionTimeoutMs: 6_000, maxSessionTimeoutMs: 60_000, maxSize: 10 };

/** A request's answer, looked at without waiting for it. */
export interface Asked<T> {
  result: T | undefined;
}

export function ask<T>(answer: Promise<T> | T): Asked<T> {
  const asked: Asked<T> = { result: undefined };
  void Promise.resolve(answer).then((result) => (asked.result = result));
  return asked;
}

/** Lets every promise reaction that is due run. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

export function joining(...protocols: string[]): Joining {
  return {
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: REBALANCE_MS,
    protocolType: 'consumer',
    protocols: (protocols.length > 0 ? protocols : ['range']).map((name) => ({ name, metadata: Buffer.from(name) })),
  };
}

export const request = (memberId: string, what: Joining = joining()) => ({
  ...what,
  memberId,
  groupInstanceId: null,
  clientId: 'client',
  clientHost: '/127.0.0.1',
  mustKnowItsId: true,
  canSkipAssignment: true,
});

/** A group on a manual clock whose members go by names: the ids they are given are random. */
export class GroupDriver {
  readonly clock = new ManualClock();
  readonly group: ConsumerGroup;
  readonly ids = new Map<string, string>();

  constructor(settings: Partial<typeof SETTINGS> = {}) {
    this.group = new ConsumerGroup('readers', { ...SETTINGS, ...settings }, this.clock, new Random(1));
  }

  idOf(name: string): string {
    return this.ids.get(name) ?? name;
  }

  get names(): (string | undefined)[] {
    return this.group.members.map(({ memberId }) => [...this.ids].find(([, id]) => id === memberId)?.[0]);
  }

  /** Gives a new member its id, which is also what a rebalance then waits for. */
  expectMember(name: string): void {
    const answer = this.group.join(request(''));
    if (answer instanceof Promise) throw new Error('a new member gets its id at once');
    this.ids.set(name, answer.memberId);
  }

  join(name: string, what = joining()): Asked<JoinResult> {
    if (!this.group.members.some(({ memberId }) => memberId === this.ids.get(name))) this.expectMember(name);
    return ask(this.group.join(request(this.idOf(name), what)));
  }

  sync(name: string, assigned: Record<string, string> = {}): Asked<SyncResult> {
    const assignments = Object.entries(assigned).map(([member, assignment]) => ({
      memberId: this.idOf(member),
      assignment: Buffer.from(assignment),
    }));
    const { generationId } = this.group;
    const what = { generationId, protocolType: null, protocolName: null, assignments };
    return ask(this.group.sync({ ...this.#identity(name), ...what }));
  }

  heartbeat(name: string): number {
    return this.group.heartbeat(this.#identity(name), this.group.generationId);
  }

  leave(name: string): number | undefined {
    return this.group.leave([this.#identity(name)])[0];
  }

  /** A stable group of these members; the first is the leader. */
  async stable(first: string, ...others: string[]): Promise<void> {
    const all = [first, ...others];
    this.join(first);
    this.clock.advance(0);
    for (const name of others) {
      this.join(name);
      for (const known of all.slice(0, all.indexOf(name))) this.join(known);
    }
    for (const name of others) this.sync(name);
    this.sync(first, Object.fromEntries(all.map((name) => [name, `for ${name}`])));
    await settle();
    if (this.group.state !== 'Stable') throw new Error(`the group is ${this.group.state}`);
  }

  /** Time passes, in which these members send heartbeats. */
  advance(byMs: number, ...alive: string[]): void {
    for (let leftMs = byMs; leftMs > 0; leftMs -= SESSION_MS / 2) {
      this.clock.advance(Math.min(leftMs, SESSION_MS / 2));
      for (const name of alive) this.heartbeat(name);
    }
  }

  #identity(name: string) {
    return { memberId: this.idOf(name), groupInstanceId: null };
  }
}
