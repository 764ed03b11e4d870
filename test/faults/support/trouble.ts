import type { Random } from 'embedded-kafka';

import type { ApacheKafka } from '../../apache-kafka/launcher.mjs';
import type { ClusterAdmin } from './cluster-admin.js';

export interface NodeScene {
  readonly kafka: ApacheKafka;
  readonly admin: ClusterAdmin;
  readonly random: Random;
  readonly topic: string;
  /** Creates a topic and has callers send to it. */
  readonly addTopic: () => Promise<void>;
}

/** Something that happens to the nodes, or between them and the clients. */
export interface Trouble {
  readonly name: string;
  /** Resolves when it is over, and healed. */
  readonly make: (scene: NodeScene) => Promise<unknown>;
  /** A counter of what clients see of it. @defaultValue batches sent again and records that failed */
  readonly noticed?: () => number;
}
