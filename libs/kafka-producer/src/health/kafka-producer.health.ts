import { Inject, Injectable, Scope, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';

import { DEFAULT_PRODUCER, getKafkaProducerToken } from '../kafka-producer.tokens.js';
import type { KafkaProducerService } from '../kafka-producer.service.js';
import { producerHealth, type KafkaProducerHealthDetails } from './producer-health.js';

export interface KafkaProducerHealthOptions {
  /** Name of the module whose producer is looked at. @defaultValue 'default' */
  readonly producer?: string | undefined;
  /**
   * How long a record may stay without its acknowledgement, or a unit that is done without its commit. Unit: milliseconds; must be above `lingerMs`. Below
   * `deliveryTimeoutMs`, after which the records fail and nothing is unsent any more.
   *
   * @defaultValue 10000
   */
  readonly maxUnsentAgeMs?: number | undefined;
}

const MAX_UNSENT_AGE_MS = 10_000;

/**
 * Tells Terminus how the application's own producer does, from what it knows already: no request is sent and no client is made.
 *
 * Down: closed, a record unsent or a unit uncommitted for too long, or a consumer of exactly-once handlers that has paused a partition. Degraded: records wait
 * and no broker is connected, or the buffer is nearly full. Up: all else, an idle producer without a connection included. Terminus 11 knows no degraded: such a
 * producer is up there, with the reason as `message`.
 *
 * For readiness, not for liveness: a restart mends no broker, and loses what is buffered.
 *
 * @example
 * ```ts
 * class HealthController {
 *   constructor(
 *     private readonly health: HealthCheckService,
 *     private readonly kafka: KafkaProducerHealthIndicator,
 *   ) {}
 *
 *   check() {
 *     return this.health.check([() => this.kafka.isHealthy('kafka', { maxUnsentAgeMs: 5_000 })]);
 *   }
 * }
 * ```
 */
@Injectable()
export class KafkaProducerHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  /** @throws Error when no module has this name, when its producer depends on the request, or when `maxUnsentAgeMs` is no age */
  async isHealthy<const Key extends string>(
    key: Key,
    options: KafkaProducerHealthOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const { producer = DEFAULT_PRODUCER, maxUnsentAgeMs = MAX_UNSENT_AGE_MS } = options;
    if (typeof maxUnsentAgeMs !== 'number' || !(maxUnsentAgeMs >= 0)) {
      throw new Error(`maxUnsentAgeMs is ${String(maxUnsentAgeMs)}; give a number of milliseconds, 0 or more.`);
    }
    const stats = this.producer(producer).stats();
    const { status, message } = producerHealth(stats, maxUnsentAgeMs);
    const details = {
      producer,
      ...(message !== undefined && { message }),
      brokersConnected: stats.brokersConnected,
      bufferedRecords: stats.bufferedRecords,
      waitingRecords: stats.waitingRecords,
      bufferedBytes: stats.bufferedBytes,
      oldestUnsentAgeMs: Math.round(stats.oldestUnsentAgeMs),
      oldestUncommittedAgeMs: Math.round(stats.oldestUncommittedAgeMs),
      ...(stats.pausedPartitions.length > 0 && { pausedPartitions: stats.pausedPartitions.length }),
    } satisfies KafkaProducerHealthDetails;
    const session: Session<Key> = this.indicators.check(key);
    if (status === 'degraded') return session.degraded?.(details) ?? session.up(details);
    return status === 'up' ? session.up(details) : session.down(details);
  }

  private producer(name: string): KafkaProducerService {
    try {
      return this.moduleRef.get<KafkaProducerService>(getKafkaProducerToken(name), { strict: false });
    } catch (cause) {
      if (this.dependsOnRequest(name)) {
        const remedy = 'Ask about the producers it chooses from, by their names.';
        throw new Error(`The producer '${name}' depends on the request, so no health is told of it. ${remedy}`, {
          cause,
        });
      }
      throw new Error(
        `There is no producer '${name}' whose health could be told. Import KafkaProducerModule.forRoot({ name: '${name}', … }), or correct the name.`,
        { cause },
      );
    }
  }

  private dependsOnRequest(name: string): boolean {
    try {
      return (
        this.moduleRef.introspect(getKafkaProducerToken(name) as symbol | Type<KafkaProducerService>).scope !==
        Scope.DEFAULT
      );
    } catch {
      return false; // there is none
    }
  }
}

/** What Terminus 11 and 12 have in common. */
interface Session<Key extends string> {
  up(data: Record<string, unknown>): HealthIndicatorResult<Key>;
  down(data: Record<string, unknown>): HealthIndicatorResult<Key>;
  degraded?(data: Record<string, unknown>): HealthIndicatorResult<Key>;
}
