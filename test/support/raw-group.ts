import { apis, errorCode, type ResponseOf } from 'kafka-wire';

import { RawMember } from './raw-member.js';
import { rawRequest } from './raw-request.js';

/** A group of raw members, closed with it. */
export class RawGroup {
  readonly id = `group-${crypto.randomUUID()}`;
  readonly #members: RawMember[] = [];

  constructor(readonly address: string) {}

  /** A member that has not asked for anything yet. */
  async newMember(groupInstanceId: string | null = null): Promise<RawMember> {
    const member = await RawMember.open(this.address, this.id, groupInstanceId);
    this.#members.push(member);
    return member;
  }

  /** A stable group of so many members, the leader first; each is assigned its place in it. */
  async stable(count: number, instanceIds: readonly (string | null)[] = []): Promise<[RawMember, ...RawMember[]]> {
    const first = await this.newMember(instanceIds[0]);
    await first.getIn();
    const members: [RawMember, ...RawMember[]] = [first];
    for (let at = 1; at < count; at++) {
      const next = await this.newMember(instanceIds[at]);
      const joined = next.getIn();
      await this.inState('PreparingRebalance');
      await Promise.all([joined, ...members.map((member) => member.join())]);
      members.push(next);
    }
    await this.syncAll(members);
    return members;
  }

  /** Returns the assignments, in the order of the members. */
  async syncAll([leader, ...others]: readonly [RawMember, ...RawMember[]]): Promise<string[]> {
    const all = [leader, ...others];
    const assigned = Object.fromEntries(all.map(({ memberId }, at) => [memberId, `place ${at}`]));
    const answers = await Promise.all([leader.sync(assigned), ...others.map((member) => member.sync())]);
    return answers.map(({ assignment }) => assignment.toString());
  }

  async describe(version = 5): Promise<ResponseOf<typeof apis.DescribeGroups>['groups'][number]> {
    const { groups } = await rawRequest(this.address, apis.DescribeGroups, version, { groups: [this.id] });
    const [group] = groups;
    if (group === undefined) throw new Error(`${this.id} is not described`);
    return group;
  }

  /** Waits until the group has come into the state. */
  async inState(state: string): Promise<void> {
    while ((await this.describe()).groupState !== state);
  }

  close(): void {
    for (const member of this.#members) member.close();
  }
}

/** The first group of a cluster finds no coordinator for a while, and then one that still reads what other groups left. */
export async function coordinatorIsLoaded(address: string, groupId: string): Promise<void> {
  const heartbeat = { groupId, memberId: 'nobody', generationId: 1 };
  let code = -1;
  while (code !== 0) code = (await rawRequest(address, apis.FindCoordinator, 3, { key: groupId })).errorCode;
  while (code !== errorCode('UNKNOWN_MEMBER_ID')) {
    code = (await rawRequest(address, apis.Heartbeat, 3, heartbeat)).errorCode;
  }
}
