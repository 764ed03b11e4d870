import { apis, errorName } from 'kafka-wire';

import type { CommittedOffsets } from '../../history/check-pipeline.js';
import { askWithin } from './ask-within.js';

const ANSWER_WITHIN_MS = 2_000;
const LATEST = -1;
const READ_UNCOMMITTED = 0;
const CLIENT = -1;

/**
 * What a group has committed of a topic, transactions that are still open left out.
 *
 * @throws when it cannot be known for sure at the moment
 */
export async function committedOffsets(
  bootstrap: readonly string[],
  groupId: string,
  topic: string,
  partitions: number,
): Promise<CommittedOffsets> {
  const { coordinators } = await anyOf(bootstrap, (address) =>
    askWithin(address, ANSWER_WITHIN_MS, (it) => it.request(apis.FindCoordinator, 4, { coordinatorKeys: [groupId] })),
  );
  const [coordinator] = coordinators;
  refuse(coordinator?.errorCode);
  const partitionIndexes = Array.from({ length: partitions }, (_, partition) => partition);
  const input = { groupId, topics: [{ name: topic, partitionIndexes }] };
  const answer = await askWithin(`${coordinator?.host}:${coordinator?.port}`, ANSWER_WITHIN_MS, (it) =>
    it.request(apis.OffsetFetch, 7, input),
  );
  refuse(answer.errorCode);
  const offsets = new Map<number, number>();
  for (const { partitionIndex, committedOffset, errorCode } of answer.topics[0]?.partitions ?? []) {
    refuse(errorCode);
    if (committedOffset >= 0) offsets.set(partitionIndex, committedOffset);
  }
  return offsets;
}

/** Where a partition ended when it was asked, whatever is committed of it. */
export interface End {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** As `committedOffsets()`. A new leader that does not know its end yet says so. */
export async function endsOf(bootstrap: readonly string[], topics: readonly string[]): Promise<End[]> {
  const { brokers, topics: found } = await anyOf(bootstrap, (address) =>
    askWithin(address, ANSWER_WITHIN_MS, (it) =>
      it.request(apis.Metadata, 9, { topics: topics.map((name) => ({ name })) }),
    ),
  );
  const places = found.flatMap(({ name, partitions }) => partitions.map((it) => ({ ...it, topic: name ?? '' })));
  const ends = brokers.map(async ({ nodeId, host, port }) => {
    const led = topics.flatMap((name) => {
      const partitions = places
        .filter(({ topic, leaderId }) => topic === name && leaderId === nodeId)
        .map(({ partitionIndex, leaderEpoch }) => {
          return { partitionIndex, currentLeaderEpoch: leaderEpoch, timestamp: LATEST };
        });
      return partitions.length === 0 ? [] : [{ name, partitions }];
    });
    if (led.length === 0) return [];
    const input = { replicaId: CLIENT, isolationLevel: READ_UNCOMMITTED, topics: led };
    const answer = await askWithin(`${host}:${port}`, ANSWER_WITHIN_MS, (it) => it.request(apis.ListOffsets, 5, input));
    return answer.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, errorCode, offset }) => {
        refuse(errorCode);
        return { topic: name, partition: partitionIndex, offset };
      }),
    );
  });
  const all = (await Promise.all(ends)).flat();
  if (all.length < places.length) throw new Error(`${places.length - all.length} partitions have no leader`);
  return all;
}

function anyOf<T>(bootstrap: readonly string[], ask: (address: string) => Promise<T>): Promise<T> {
  return Promise.any(bootstrap.map(ask));
}

function refuse(code = -1): void {
  if (code !== 0) throw new Error(`refused: ${errorName(code)}`);
}
