import { apis, NO_PRODUCER_ID } from 'kafka-wire';

import type { Cluster } from '../cluster/cluster.js';
import { schemaRequest } from '../cluster/schema-request.js';
import type { Clock } from '../support/clock.js';
import { backoffMs, type RetryBackoff } from '../support/retry-backoff.js';
import { identityRefusal, InitProducerIdError, type IdentityRefusal } from './identity-refusal.js';

/** Who writes: the broker counts sequences per producer id, epoch and partition. */
export interface ProducerIdentity {
  /** Eight opaque bytes. */
  readonly producerId: Uint8Array;
  /** 0..32767; -1 without idempotence. */
  readonly epoch: number;
}

/** Records that carry it are not deduplicated. */
export const NO_IDENTITY: ProducerIdentity = { producerId: NO_PRODUCER_ID, epoch: -1 };

const MAX_EPOCH = 0x7fff;

/** Where a sender has its identity from. */
export interface IdentitySource {
  /** `undefined`: nothing new may leave now. Another object means another identity, under which sequences start at 0. */
  readonly current: ProducerIdentity | undefined;
  /** Called when there is an identity again. */
  onAcquired: () => void;
  /** Called when the brokers refuse one for good. */
  onRefused: (refusal: IdentityRefusal) => void;
  /** Somebody needs an identity. May be called at any rate. */
  acquire(): void;
  /** The sequences of some partition are in doubt. */
  bump(from: ProducerIdentity): void;
  /** The brokers do not accept this identity any more. */
  renew(from: ProducerIdentity): void;
  close(): void;
}

export interface IdentitySettings extends RetryBackoff {
  readonly requestTimeoutMs: number;
}

/**
 * The identity of an idempotent producer: asked from any broker before the first record leaves, renewed when it is lost.
 *
 * An epoch may be raised without asking: without a transactional id nobody else can hold this producer id (KIP-360).
 */
export class IdempotentIdentity implements IdentitySource {
  #current: ProducerIdentity | undefined;
  #isAsking = false;
  #isClosed = false;
  #endPause: () => void = () => {};
  readonly #cluster: Cluster;
  readonly #settings: IdentitySettings;
  readonly #clock: Clock;

  /** Called when there is an identity again. */
  onAcquired: () => void = () => {};
  /** Called when the brokers refuse one for good: records cannot be sent idempotently until this is mended. */
  onRefused: (refusal: IdentityRefusal) => void = () => {};

  constructor(cluster: Cluster, settings: IdentitySettings, clock: Clock) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#clock = clock;
  }

  get current(): ProducerIdentity | undefined {
    return this.#current;
  }

  /** Starts asking unless there is an identity or the question is under way. */
  acquire(): void {
    if (this.#current !== undefined || this.#isAsking || this.#isClosed) return;
    this.#isAsking = true;
    void this.#ask().finally(() => {
      this.#isAsking = false;
    });
  }

  /** The sequences of some partition are in doubt: goes on under the next epoch, where they start at 0. Does nothing if that has happened already. */
  bump(from: ProducerIdentity): void {
    if (this.#current !== from) return;
    if (from.epoch < MAX_EPOCH) this.#current = { producerId: from.producerId, epoch: from.epoch + 1 };
    else this.renew(from);
  }

  /** The brokers do not accept this identity any more: asks for a new producer id. */
  renew(from: ProducerIdentity): void {
    if (this.#current !== from) return;
    this.#current = undefined;
    this.acquire();
  }

  close(): void {
    this.#isClosed = true;
    this.#endPause();
  }

  async #ask(): Promise<void> {
    for (let failures = 1; !this.#isClosed; failures++) {
      try {
        this.#current = await this.#initProducerId();
        this.onAcquired();
        return;
      } catch (error) {
        const refusal = identityRefusal(error);
        if (refusal !== undefined) {
          this.onRefused(refusal);
          return;
        }
        await this.#pause(backoffMs(failures, this.#settings));
      }
    }
  }

  async #initProducerId(): Promise<ProducerIdentity> {
    const node = await this.#cluster.anyNode();
    const request = schemaRequest(
      apis.InitProducerId,
      { transactionalId: null, transactionTimeoutMs: 0 },
      { timeoutMs: this.#settings.requestTimeoutMs },
    );
    const { errorCode, producerId, producerEpoch } = await this.#cluster.send(node, request, 'control');
    if (errorCode === 0) return { producerId, epoch: producerEpoch };
    throw new InitProducerIdError(errorCode);
  }

  #pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(resolve, durationMs);
      this.#endPause = () => {
        this.#clock.clearTimeout(timer);
        resolve();
      };
    });
  }
}
