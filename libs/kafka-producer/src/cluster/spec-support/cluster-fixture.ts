import type { ClientSettings, ClusterSettings } from '../cluster-settings.js';
import type { Cluster } from '../cluster.js';
import { createBrokerCluster } from '../broker-cluster.js';
import { ManualClock } from '../../support/spec-support/manual-clock.js';
import { ScriptedCluster } from './scripted-cluster.js';

export const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
export const OTHER_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAg';

export type FixtureSettings = Omit<Partial<ClusterSettings>, 'client'> & { client?: Partial<ClientSettings> };

/** Our cluster in front of two scripted brokers, one topic with a partition on each, and a clock that moves when told. */
export class ClusterFixture {
  readonly clock = new ManualClock();
  readonly kafka = new ScriptedCluster();
  readonly one = this.kafka.broker(1);
  readonly two = this.kafka.broker(2);
  readonly both = [this.one, this.two];
  logged: [level: string, message: string][] = [];
  cluster!: Cluster;

  constructor() {
    this.kafka.topics = [
      {
        name: 'orders',
        topicId: TOPIC_ID,
        partitions: [
          { leaderId: 1, leaderEpoch: 5 },
          { leaderId: 2, leaderEpoch: 5 },
        ],
      },
    ];
  }

  create(settings: FixtureSettings = {}): Cluster {
    const client = { clientId: 'spec', brokers: ['broker-1:9092', 'broker-2:9092'], ...settings.client };
    this.cluster = createBrokerCluster(
      { ...settings, client },
      this.clock,
      (level, message) => this.logged.push([level, message]),
      { transport: this.kafka.transport, random: () => 0.5 },
    );
    return this.cluster;
  }

  /** What the promise settles with, moving time until it does. */
  async outcome<T>(promise: Promise<T>, withinMs = 60_000): Promise<T | Error> {
    let settled = false;
    const result = promise
      .catch((error: unknown) => error as Error)
      .finally(() => {
        settled = true;
      });
    await this.clock.settle();
    for (let passedMs = 0; !settled && passedMs < withinMs; passedMs += 10) await this.clock.advance(10);
    if (!settled) throw new Error(`not settled within ${withinMs} ms`);
    return result;
  }

  get warnings(): string[] {
    return this.logged.filter(([level]) => level === 'warn').map(([, message]) => message);
  }

  leaders(topic: string): number[] | undefined {
    return this.cluster.topic(topic)?.partitions.map(({ leader }) => leader);
  }
}
