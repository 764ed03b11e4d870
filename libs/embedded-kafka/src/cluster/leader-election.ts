import { NO_LEADER, type Partition } from './partition.js';
import type { Replication } from './replication.js';

/** `preferred`: the first replica. `unclean`: any replica that is up, where no other can lead; records may be lost. */
export type ElectionType = 'preferred' | 'unclean';

/** Why an election changed nothing. */
export type ElectionRefusal =
  'ELECTION_NOT_NEEDED' | 'PREFERRED_LEADER_NOT_AVAILABLE' | 'ELIGIBLE_LEADERS_NOT_AVAILABLE';

/** Who leads what: the rules of Kafka's controller (`PartitionChangeBuilder`). */
export class LeaderElection {
  constructor(
    readonly isUp: (nodeId: number) => boolean,
    readonly replication: Replication,
  ) {}

  /** A broker is gone: it leaves the in-sync set, and its leadership goes to the next replica that may lead. */
  brokerDown(partition: Partition, nodeId: number): void {
    partition.setInSync(partition.inSync.filter((id) => id !== nodeId));
    if (partition.leader === nodeId) this.#electAny(partition);
    this.replication.replicate(partition);
  }

  /** A broker is back: it leads what nobody else could lead. */
  brokerUp(partition: Partition): void {
    if (partition.leader === NO_LEADER) this.#electAny(partition);
    this.replication.replicate(partition);
  }

  /** Who of the partition's replicas may lead it now without loss, in the order of preference. */
  candidates({ replicas, inSync, eligibleLeaders }: Partition): number[] {
    return replicas.filter((id) => this.isUp(id) && (inSync.includes(id) || eligibleLeaders.includes(id)));
  }

  lead(partition: Partition, nodeId: number): void {
    if (!partition.inSync.includes(nodeId)) partition.setInSync([nodeId]);
    if (partition.leader !== nodeId) partition.elect(nodeId);
    this.replication.leaderChanged(partition);
    this.replication.replicate(partition);
  }

  /** An election somebody asked for. Returns why it changed nothing, or undefined. */
  elect(type: ElectionType, partition: Partition): ElectionRefusal | undefined {
    const [preferred] = partition.replicas;
    if (type === 'preferred') {
      if (partition.leader === preferred) return 'ELECTION_NOT_NEEDED';
      if (preferred === undefined || !this.candidates(partition).includes(preferred)) {
        return 'PREFERRED_LEADER_NOT_AVAILABLE';
      }
      this.lead(partition, preferred);
      return undefined;
    }
    if (partition.leader !== NO_LEADER) return 'ELECTION_NOT_NEEDED';
    return this.#electUnclean(partition) ? undefined : 'ELIGIBLE_LEADERS_NOT_AVAILABLE';
  }

  /** Replicas on other nodes, or in another order. Those that are up have all there is at once; a leader that is none any more is replaced. */
  reassign(partition: Partition, replicas: readonly number[]): void {
    const added = replicas.filter((id) => !partition.replicas.includes(id) && this.isUp(id));
    const inSync = replicas.filter((id) => partition.inSync.includes(id) || added.includes(id));
    const { leader } = partition;
    partition.placeReplicas([...replicas, ...(replicas.includes(leader) ? [] : [leader])]);
    for (const id of added) this.replication.catchUp(partition, id);
    partition.setInSync(inSync);
    if (!replicas.includes(leader)) {
      this.#electAny(partition);
      partition.placeReplicas(replicas);
    }
    this.replication.replicate(partition);
  }

  #electAny(partition: Partition): void {
    const [next] = this.candidates(partition);
    if (next !== undefined) this.lead(partition, next);
    else if (partition.topic.uncleanLeaderElection && this.#electUnclean(partition)) return;
    else if (partition.leader !== NO_LEADER) partition.elect(NO_LEADER);
  }

  /** What the new leader does not have is lost. */
  #electUnclean(partition: Partition): boolean {
    const next = partition.replicas.find((id) => this.isUp(id));
    if (next === undefined) return false;
    partition.setInSync([next]);
    this.lead(partition, next);
    return true;
  }
}
