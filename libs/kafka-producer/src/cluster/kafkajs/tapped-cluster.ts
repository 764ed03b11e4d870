import type { ConsumerIdentity } from '../../record/consumer-identity.js';
import type { ConsumerTap } from './consumer-tap.js';
import type { ConsumerBroker, ConsumerCluster, OffsetsResponse, TopicPartitionsRequest } from './kafkajs-parts.js';
import { fetchStableOffsets, type OffsetFetch } from './stable-offset-fetch.js';

/**
 * Lets a tap hear what the cluster of a consumer is asked. Once per cluster.
 *
 * Two consumers of one process never share a cluster, but one consumer has a fetcher per broker: while one of them rejoins the group, another may be on its
 * way with positions of the generation before. So what is fetched belongs to whoever the consumer was when the positions were read, and kafkajs reads
 * them in the same turn in which it calls `findBroker()`; and whoever it is now becomes true in the turn in which kafkajs lets go of the old positions, which
 * is when it calls `committedOffsets()`.
 */
export function tapCluster(cluster: ConsumerCluster, tap: ConsumerTap): void {
  const untapped = {
    findBroker: cluster.findBroker.bind(cluster),
    committedOffsets: cluster.committedOffsets.bind(cluster),
    fetchTopicsOffset: cluster.fetchTopicsOffset.bind(cluster),
  };
  cluster.findBroker = async (node) => {
    const { identity } = tap;
    return tappedBroker(await untapped.findBroker(node), tap, identity);
  };
  cluster.committedOffsets = (group) => {
    tap.beganPositions();
    return untapped.committedOffsets(group);
  };
  cluster.fetchTopicsOffset = async (topics) => ofThesePositions(tap, topics, () => untapped.fetchTopicsOffset(topics));
}

/** A view of the broker for one caller. The broker itself is shared by all of them, and stays as it is. */
function tappedBroker(
  broker: ConsumerBroker,
  tap: ConsumerTap,
  identity: ConsumerIdentity | undefined,
): ConsumerBroker {
  const view = Object.create(broker) as ConsumerBroker;
  return Object.assign(view, {
    syncGroup: async (request) => {
      const answer = await broker.syncGroup(request);
      tap.synced(request);
      return answer;
    },
    offsetFetch: async (request) => ({
      responses: await ofThesePositions(tap, request.topics, () => stableOffsets(broker, tap, request)),
    }),
    fetch: async (request) => {
      const response = await tap.withheld.fetch(request, (asked) => broker.fetch(asked));
      return identity === undefined ? response : tap.fetched(response, identity);
    },
  } satisfies Partial<ConsumerBroker>);
}

async function stableOffsets(
  broker: ConsumerBroker,
  tap: ConsumerTap,
  request: OffsetFetch,
): Promise<OffsetsResponse[]> {
  const begun = tap.positionsBegun;
  const responses = await fetchStableOffsets(broker, request, tap.clock);
  if (begun === tap.positionsBegun) tap.fetchedOffsets(responses);
  return responses;
}

/** What was asked for positions that kafkajs has let go of meanwhile would be taken for the new ones: nothing is known then. */
async function ofThesePositions(
  tap: ConsumerTap,
  topics: readonly TopicPartitionsRequest[],
  ask: () => Promise<OffsetsResponse[]>,
): Promise<OffsetsResponse[]> {
  const begun = tap.positionsBegun;
  const responses = await ask();
  return begun === tap.positionsBegun ? responses : topics.map(({ topic }) => ({ topic, partitions: [] }));
}
