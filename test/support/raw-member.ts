import { apis, errorCode, errorName, type RequestInput, type ResponseOf } from 'kafka-wire';

import { RawConnection } from './raw-connection.js';

type JoinInput = Partial<RequestInput<typeof apis.JoinGroup>>;

/** JoinGroup v5 and so on: of every API of members the newest version before the flexible ones, which says all there is to say. */
const VERSION = { join: 5, sync: 3, heartbeat: 3, leave: 3 };
const TIMEOUTS = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000 };

/** A member of a group whose every request a test decides. It has a connection of its own: one that waits holds up no other. */
export class RawMember {
  memberId = '';
  generationId = -1;

  private constructor(
    readonly connection: RawConnection,
    readonly groupId: string,
    readonly groupInstanceId: string | null,
  ) {}

  static async open(address: string, groupId: string, groupInstanceId: string | null = null): Promise<RawMember> {
    return new RawMember(await RawConnection.open(address), groupId, groupInstanceId);
  }

  get identity() {
    const { groupId, memberId, groupInstanceId, generationId } = this;
    return { groupId, memberId, groupInstanceId, generationId };
  }

  /** Takes over the id and the generation it is told. */
  async join(input: JoinInput = {}, version = VERSION.join): Promise<ResponseOf<typeof apis.JoinGroup>> {
    const answer = await this.connection.request(apis.JoinGroup, version, {
      groupId: this.groupId,
      memberId: this.memberId,
      ...(this.groupInstanceId === null ? {} : { groupInstanceId: this.groupInstanceId }),
      ...TIMEOUTS,
      protocolType: 'consumer',
      protocols: protocols('range'),
      ...input,
    });
    if (answer.errorCode === 0 || answer.errorCode === errorCode('MEMBER_ID_REQUIRED')) this.memberId = answer.memberId;
    if (answer.errorCode === 0) this.generationId = answer.generationId;
    return answer;
  }

  /** Joins as a consumer does: a new dynamic member comes back with the id it was given. */
  async getIn(input: JoinInput = {}, version = VERSION.join): Promise<ResponseOf<typeof apis.JoinGroup>> {
    const answer = await this.join(input, version);
    return answer.errorCode === errorCode('MEMBER_ID_REQUIRED') ? this.join(input, version) : answer;
  }

  sync(assigned: Readonly<Record<string, string>> = {}): Promise<ResponseOf<typeof apis.SyncGroup>> {
    const assignments = Object.entries(assigned).map(([memberId, assignment]) => ({
      memberId,
      assignment: Buffer.from(assignment),
    }));
    return this.connection.request(apis.SyncGroup, VERSION.sync, { ...this.identity, assignments });
  }

  async heartbeat(input: Partial<RequestInput<typeof apis.Heartbeat>> = {}): Promise<string> {
    const identity = { ...this.identity, ...input };
    return errorName((await this.connection.request(apis.Heartbeat, VERSION.heartbeat, identity)).errorCode);
  }

  async leave(input: { memberId?: string; groupInstanceId?: string | null } = {}): Promise<string> {
    const { groupId, memberId, groupInstanceId } = this;
    const members = [{ memberId, groupInstanceId, ...input }];
    const answer = await this.connection.request(apis.LeaveGroup, VERSION.leave, { groupId, members });
    return errorName(answer.errorCode || (answer.members[0]?.errorCode ?? 0));
  }

  async commit(offset: number, topic: string, identity: Partial<RawMember['identity']> = {}): Promise<string> {
    const { generationId, ...who } = { ...this.identity, ...identity };
    const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }];
    const input = { ...who, generationIdOrMemberEpoch: generationId, topics: [{ name: topic, partitions }] };
    const answer = await this.connection.request(apis.OffsetCommit, 8, input);
    return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1);
  }

  close(): void {
    this.connection.close();
  }
}

/**
 * Strategies a member offers, each with a subscription to a topic of the same name. Not with any bytes: Apache Kafka answers -1 and then
 * nothing at all when it reads a count in them that is larger than what follows.
 */
export function protocols(...names: readonly string[]): { name: string; metadata: Buffer }[] {
  return names.map((name) => ({ name, metadata: subscription(name) }));
}

/** What a consumer tells the leader: version 0 of Kafka's subscription, without data of its own. */
export function subscription(...topics: readonly string[]): Buffer {
  const parts = topics.flatMap((topic) => {
    const name = Buffer.from(topic);
    const length = Buffer.alloc(2);
    length.writeInt16BE(name.length);
    return [length, name];
  });
  const head = Buffer.alloc(6);
  head.writeInt32BE(topics.length, 2);
  return Buffer.concat([head, ...parts, Buffer.from([0xff, 0xff, 0xff, 0xff])]);
}
