import { apis, type ResponseOf } from 'kafka-wire';

import type { TransactionVersion } from '../../cluster/cluster.js';
import { BrokerAnswerError } from '../../cluster/cluster.errors.js';
import { schemaRequest } from '../../cluster/schema-request.js';
import { AuthorizationError } from '../../errors/cluster-side.errors.js';
import type { ProducerIdentity } from '../../sender/producer-identity.js';
import type { ConsumedOffset, ConsumedOffsets, GroupMember } from '../unit/consumed-offsets.js';
import { NoAnswerError, type CoordinatorRequests } from './coordinator-requests.js';
import { codeOf } from './refusal-code.js';
import { GROUP_AUTHORIZATION_FAILED, NONE, UNKNOWN_TOPIC_OR_PARTITION } from './transaction-codes.js';
import type { TransactionRequests } from './transaction-requests.js';
import type { OffsetsOutcome } from './transactional-producer.js';

type TxnOffsetCommitResponse = ResponseOf<typeof apis.TxnOffsetCommit>;

const PASSING: ReadonlySet<number> = new Set([UNKNOWN_TOPIC_OR_PARTITION]);
/** From this version on a request names the member, and the broker fences it. */
const FIRST_VERSION_WITH_MEMBER = 3;

/** All calls for one (group, generation, member): one request. */
interface OffsetsOfMember {
  readonly groupId: string;
  readonly member: GroupMember | 'unfenced';
  /** Places of the calls. */
  readonly calls: number[];
  readonly topics: Map<string, Map<number, ConsumedOffset>>;
}

export interface OffsetsTransaction {
  readonly identity: ProducerIdentity;
  readonly version: TransactionVersion;
}

/** Commits consumed offsets within the open transaction, at the coordinators of their groups. */
export class TransactionOffsets {
  readonly #requests: CoordinatorRequests;
  readonly #transaction: TransactionRequests;
  readonly #addedGroups = new Set<string>();
  /** Of some request in this transaction nobody knows whether it still arrives. */
  wasLost = false;

  constructor(requests: CoordinatorRequests, transaction: TransactionRequests) {
    this.#requests = requests;
    this.#transaction = transaction;
  }

  /** A group is in, or the answer that tells was lost; level 1 only. */
  get mayHaveOpened(): boolean {
    return this.wasLost || this.#addedGroups.size > 0;
  }

  /** Another transaction begins. */
  clear(): void {
    this.#addedGroups.clear();
    this.wasLost = false;
  }

  /** Never rejects. */
  async send(
    transaction: OffsetsTransaction,
    offsets: readonly ConsumedOffsets[],
    deadlineMs: number,
  ): Promise<OffsetsOutcome[]> {
    const outcomes: OffsetsOutcome[] = [];
    for (const ofMember of byMember(offsets)) {
      try {
        const codes = await this.#commit(transaction, ofMember, deadlineMs);
        for (const call of ofMember.calls) outcomes[call] = outcomeOf(offsets[call]!, codes);
      } catch (error) {
        if (error instanceof NoAnswerError) this.wasLost ||= error.wasWritten;
        for (const call of ofMember.calls) outcomes[call] = failure(ofMember.groupId, error as Error);
      }
    }
    return outcomes;
  }

  /** @returns the code of a partition */
  async #commit(
    { identity, version }: OffsetsTransaction,
    { groupId, member, topics }: OffsetsOfMember,
    deadlineMs: number,
  ): Promise<(topic: string, partition: number) => number> {
    if (version === 1 && !this.#addedGroups.has(groupId)) {
      const { response, wasLost } = await this.#transaction.addOffsets(identity, groupId, deadlineMs);
      this.wasLost ||= wasLost;
      const { errorCode } = response;
      if (errorCode !== NONE) return () => errorCode;
      this.#addedGroups.add(groupId);
    }
    const fenced = member !== 'unfenced';
    const versions =
      version === 2 ? { minVersion: 5 } : { minVersion: fenced ? FIRST_VERSION_WITH_MEMBER : 0, maxVersion: 4 };
    const input = {
      transactionalId: this.#transaction.transactionalId,
      groupId,
      producerId: identity.producerId,
      producerEpoch: identity.epoch,
      ...(fenced && {
        generationId: member.generationId,
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId ?? null,
      }),
      topics: Array.from(topics, ([name, partitions]) => ({
        name,
        partitions: Array.from(partitions.values(), onTheWire),
      })),
    };
    const { response, wasLost } = await this.#requests.ask(
      {
        coordinator: 'group',
        key: groupId,
        request: (timeoutMs) => schemaRequest(apis.TxnOffsetCommit, input, { timeoutMs, ...versions }),
        codesOf: (answer) => answer.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode)),
        passing: PASSING,
      },
      deadlineMs,
    );
    this.wasLost ||= wasLost;
    return codesOf(response);
  }
}

function onTheWire({ partition, offset, leaderEpoch, metadata }: ConsumedOffset) {
  return {
    partitionIndex: partition,
    committedOffset: Number(offset),
    committedLeaderEpoch: leaderEpoch ?? -1,
    committedMetadata: metadata ?? '',
  };
}

/** Within one request the last offset of a partition wins. */
function byMember(offsets: readonly ConsumedOffsets[]): OffsetsOfMember[] {
  const members = new Map<string, OffsetsOfMember>();
  offsets.forEach(({ groupId, member, offsets: consumed }, call) => {
    const who = member === 'unfenced' ? [] : [member.generationId, member.memberId, member.groupInstanceId ?? null];
    const id = JSON.stringify([groupId, ...who]);
    let ofMember = members.get(id);
    if (ofMember === undefined) members.set(id, (ofMember = { groupId, member, calls: [], topics: new Map() }));
    ofMember.calls.push(call);
    for (const offset of consumed) {
      let partitions = ofMember.topics.get(offset.topic);
      if (partitions === undefined) ofMember.topics.set(offset.topic, (partitions = new Map()));
      partitions.set(offset.partition, offset);
    }
  });
  return Array.from(members.values());
}

/** A partition the answer leaves out was not refused: groups without the call's partitions do not exist. */
function codesOf({ topics }: TxnOffsetCommitResponse): (topic: string, partition: number) => number {
  const codes = new Map<string, number>();
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, errorCode } of partitions) codes.set(`${name}:${partitionIndex}`, errorCode);
  }
  return (topic, partition) => codes.get(`${topic}:${partition}`) ?? NONE;
}

function outcomeOf(
  { groupId, offsets }: ConsumedOffsets,
  codeOfPartition: (topic: string, partition: number) => number,
): OffsetsOutcome {
  for (const { topic, partition } of offsets) {
    const errorCode = codeOfPartition(topic, partition);
    if (errorCode !== NONE) return { kind: 'refused', errorCode, error: refusal(groupId, errorCode) };
  }
  return { kind: 'accepted' };
}

function failure(groupId: string, error: Error): OffsetsOutcome {
  if (!(error instanceof NoAnswerError)) return { kind: 'refused', errorCode: codeOf(error), error };
  const { errorCode } = error;
  return errorCode !== undefined && PASSING.has(errorCode)
    ? { kind: 'refused', errorCode, error: refusal(groupId, errorCode) }
    : { kind: 'unanswered', error };
}

function refusal(groupId: string, errorCode: number): Error {
  const request = `the offsets of group '${groupId}'`;
  const cause = new BrokerAnswerError({ broker: 'The coordinator', request, errorCode });
  return errorCode === GROUP_AUTHORIZATION_FAILED
    ? new AuthorizationError({ resource: 'group', name: groupId, operation: 'Read', cause })
    : cause;
}
