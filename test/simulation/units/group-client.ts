import type { EmbeddedKafka, Simulation } from 'embedded-kafka';
import { apis, errorCode, type ResponseOf } from 'kafka-wire';

import { WireClient } from '../programs/wire-client.mjs';
import { INPUT } from './simulated-unit.js';

const PASSING: ReadonlySet<number> = new Set(
  (
    ['COORDINATOR_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR', 'UNSTABLE_OFFSET_COMMIT'] as const
  ).map((name) => errorCode(name)),
);
const UNKNOWN_MEMBER = errorCode('UNKNOWN_MEMBER_ID');
/** Longer than any run: nobody sends heartbeats. */
const SESSION_MS = 1_700_000;
/** For those who do not come back. */
const REBALANCE_MS = 1_000;
const PAUSE_MS = 40;
const TIMEOUT_MS = 2_500;

export interface Member {
  readonly memberId: string;
  readonly generationId: number;
  readonly groupInstanceId: string | null;
}

type Schema = (typeof apis)[keyof typeof apis];

/** What a consumer, or somebody who watches it, asks the coordinator of a group; again and again, until there is an answer. */
export class GroupClient {
  readonly #simulation: Simulation;
  readonly #kafka: EmbeddedKafka;
  readonly #name: string;
  readonly #groupId: string;
  #coordinator: WireClient | undefined;
  #asked = 0;

  constructor(simulation: Simulation, kafka: EmbeddedKafka, name: string, groupId: string) {
    this.#simulation = simulation;
    this.#kafka = kafka;
    this.#name = name;
    this.#groupId = groupId;
  }

  /** Becomes the only member of the group, whoever was it before. @param former who joins once more */
  async join(groupInstanceId: string | null, former?: Member): Promise<Member> {
    let memberId = former?.memberId ?? '';
    for (;;) {
      // A dynamic member of version 4 is asked to come back with its id, and the group waits for it until then.
      const joined = await this.#ask(apis.JoinGroup, groupInstanceId === null ? 3 : 5, {
        groupId: this.#groupId,
        memberId,
        groupInstanceId,
        sessionTimeoutMs: SESSION_MS,
        rebalanceTimeoutMs: REBALANCE_MS,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
      });
      if (joined.errorCode === UNKNOWN_MEMBER) memberId = '';
      if (joined.errorCode !== 0) continue;
      memberId = joined.memberId;
      const member = { memberId, generationId: joined.generationId, groupInstanceId };
      const { errorCode: code } = await this.#ask(apis.SyncGroup, 3, {
        groupId: this.#groupId,
        ...member,
        assignments: [],
      });
      if (code === 0) return member;
    }
  }

  async leave({ memberId }: Member): Promise<void> {
    await this.#ask(apis.LeaveGroup, 2, { groupId: this.#groupId, memberId });
  }

  /** What is committed, once nothing is pending any more (KIP-447). */
  async committed(partitions: number): Promise<number[]> {
    const partitionIndexes = Array.from({ length: partitions }, (_, index) => index);
    const topics = [{ name: INPUT, partitionIndexes }];
    const answer = await this.#ask(apis.OffsetFetch, 7, { groupId: this.#groupId, topics, requireStable: true });
    const offsets = Array.from({ length: partitions }, () => 0);
    for (const { partitionIndex, committedOffset } of answer.topics[0]?.partitions ?? []) {
      offsets[partitionIndex] = Math.max(0, Number(committedOffset));
    }
    return offsets;
  }

  close(): void {
    this.#coordinator?.close();
  }

  async #ask<A extends Schema>(api: A, version: number, input: object): Promise<ResponseOf<A>> {
    for (;;) {
      try {
        this.#coordinator ??= await this.#connect();
        const answer = (await this.#coordinator?.request(api, version, input, TIMEOUT_MS)) as
          (ResponseOf<A> & Answer) | undefined;
        if (answer !== undefined && !codesOf(answer).some((code) => PASSING.has(code))) return answer;
        if (answer?.errorCode !== 0) this.#disconnect();
      } catch {
        this.#disconnect();
      }
      await this.#simulation.sleep(PAUSE_MS);
    }
  }

  async #connect(): Promise<WireClient | undefined> {
    const { bootstrap } = this.#kafka;
    const client = new WireClient(this.#simulation, this.#name, bootstrap[this.#asked++ % bootstrap.length]!);
    try {
      const found = (await client.request(
        apis.FindCoordinator,
        2,
        { key: this.#groupId, keyType: 0 },
        TIMEOUT_MS,
      )) as ResponseOf<typeof apis.FindCoordinator>;
      if (found.errorCode !== 0) return undefined;
      return new WireClient(this.#simulation, this.#name, `${found.host}:${found.port}`);
    } finally {
      client.close();
    }
  }

  #disconnect(): void {
    this.#coordinator?.close();
    this.#coordinator = undefined;
  }
}

interface Answer {
  readonly errorCode?: number;
  readonly topics?: readonly { readonly partitions: readonly { readonly errorCode: number }[] }[];
}

function codesOf({ errorCode: code = 0, topics = [] }: Answer): number[] {
  return [code, ...topics.flatMap(({ partitions }) => partitions.map((partition) => partition.errorCode))];
}
