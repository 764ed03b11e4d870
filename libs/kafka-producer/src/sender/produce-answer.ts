import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { Cluster } from '../cluster/cluster.js';
import { responseLookup, type ProduceResponse } from './produce-attempt.js';
import { outcomeOf, type ProduceOutcome } from './produce-outcome.js';

/** An answer as the settlement needs it. */
export interface ProduceAnswer {
  readonly outcome: (batch: ProducerBatch) => ProduceOutcome;
  /** How long the broker wants to be left alone, in milliseconds. */
  readonly throttleTimeMs: number;
}

const SENT: ProduceOutcome = { kind: 'appended', baseOffset: -1, appendTimeMs: -1 };

/**
 * Reads an answer, and tells the cluster what it says about leaders.
 *
 * @param response `undefined` with `acks: 0`: the socket took the bytes, and that is all there is to know
 */
export function readAnswer(response: ProduceResponse | undefined, cluster: Cluster): ProduceAnswer {
  if (response === undefined) return { outcome: () => SENT, throttleTimeMs: 0 };
  const find = responseLookup(response);
  return {
    throttleTimeMs: response.throttleTimeMs,
    outcome: (batch) => {
      const partition = find(batch);
      const outcome = outcomeOf(partition);
      if (outcome.kind === 'retry' && outcome.isStaleMetadata) {
        cluster.invalidate(batch.topic, partition && leaderHint(response, batch.partition, partition.currentLeader));
      }
      return outcome;
    },
  };
}

/** KIP-951: the broker that is not the leader (any more) says who is. */
function leaderHint(
  response: ProduceResponse,
  partition: number,
  { leaderId, leaderEpoch }: { leaderId: number; leaderEpoch: number },
): { partition: number; leaderId: number; leaderEpoch: number; host?: string; port?: number } | undefined {
  if (leaderId < 0) return undefined;
  const endpoint = response.nodeEndpoints.find(({ nodeId }) => nodeId === leaderId);
  return { partition, leaderId, leaderEpoch, ...(endpoint && { host: endpoint.host, port: endpoint.port }) };
}
