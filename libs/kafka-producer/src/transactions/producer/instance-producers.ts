import { randomBytes } from 'node:crypto';

import type { Cluster } from '../../cluster/cluster.js';
import type { Clock } from '../../support/clock.js';
import { ClaimedProducer } from './claimed-producer.js';
import { ClaimingProducer } from './claiming-producer.js';
import { createTransactionalProducer, type TransactionalProducerSettings } from './create-transactional-producer.js';
import type { TransactionalProducer } from './transactional-producer.js';

/** No longer than an attempt of a group: a partition that does not answer holds up its broker's connection for so long. Unit: milliseconds. */
const MAX_REQUEST_MS = 5_000;

type Connections = Pick<TransactionalProducerSettings, 'recordsPurpose' | 'controlPurpose'>;

const GROUP_CONNECTIONS: Connections = { recordsPurpose: 'transaction', controlPurpose: 'control' };
/** Their own: what holds up a unit that streams holds up no commit (TRANSACTIONS rule 27). */
const STREAM_CONNECTIONS: Connections = { recordsPurpose: 'stream', controlPurpose: 'stream-control' };

export interface InstanceSettings {
  readonly idPrefix: string;
  /** `undefined`: random, so that it is nobody else's. */
  readonly instanceId: string | undefined;
  readonly transactionTimeoutMs: number;
}

/** Of every producer, whatever it is for. */
export type CommonSettings = Omit<
  TransactionalProducerSettings,
  'transactionalId' | 'transactionTimeoutMs' | keyof Connections
>;

/** The producers of this process, one for each of its ids: `<idPrefix>-<instanceId>-<slot>`. */
export class InstanceProducers {
  readonly #settings: CommonSettings & Pick<InstanceSettings, 'transactionTimeoutMs'>;
  readonly #idPrefix: string;
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  /** Slot 0, whose transactions are short: it never streams. */
  #first: ClaimingProducer | undefined;
  #isFirstGiven = false;
  #nextSlot = 1;

  constructor(instance: InstanceSettings, settings: CommonSettings, cluster: Cluster, clock: Clock) {
    const { idPrefix, instanceId, transactionTimeoutMs } = instance;
    this.#idPrefix = `${idPrefix}-${instanceId ?? randomBytes(4).toString('hex')}`;
    const requestTimeoutMs = Math.min(settings.requestTimeoutMs, MAX_REQUEST_MS);
    this.#settings = { ...settings, requestTimeoutMs, transactionTimeoutMs };
    this.#cluster = cluster;
    this.#clock = clock;
  }

  createForGroups(): TransactionalProducer {
    if (this.#isFirstGiven) return this.#next(GROUP_CONNECTIONS);
    this.#isFirstGiven = true;
    return this.#claim();
  }

  createForStream(): TransactionalProducer {
    return this.#next(STREAM_CONNECTIONS);
  }

  #claim(): ClaimingProducer {
    this.#first ??= new ClaimingProducer(this.#maker(0, GROUP_CONNECTIONS)(), this.#clock);
    return this.#first;
  }

  #next(connections: Connections): TransactionalProducer {
    return new ClaimedProducer(this.#maker(this.#nextSlot++, connections), this.#claim());
  }

  /** All of its producers have the same id. */
  #maker(slot: number, connections: Connections): () => TransactionalProducer {
    const settings = { ...this.#settings, ...connections, transactionalId: `${this.#idPrefix}-${slot}` };
    return () => createTransactionalProducer(settings, this.#cluster, this.#clock);
  }

  /** The one that nobody may have asked for; the others are closed by who has them. */
  async close(): Promise<void> {
    await this.#first?.close();
  }
}
