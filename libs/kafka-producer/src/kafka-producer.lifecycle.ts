import {
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';

import type { Cluster } from './cluster/cluster.js';
import type { DecoratedHosts } from './decorators/decorated-hosts.js';
import { isKafkaProducerError } from './errors/is-kafka-producer-error.js';
import { KafkaProducerService } from './kafka-producer.service.js';
import type { RegisteredModules } from './kafka-producer.registration.js';
import { publish } from './observability/channels.js';
import { ExitNotice } from './observability/exit-notice.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import type { ProducerPipeline } from './pipeline/producer-pipeline.js';

/** What a module hands to its lifecycle. */
export interface LifecycleParts {
  readonly name: string;
  readonly options: ResolvedOptions;
  readonly cluster: Pick<Cluster, 'ping' | 'close'>;
  readonly pipeline: Pick<ProducerPipeline, 'flush' | 'close' | 'undelivered'>;
  /** What the container gives out under the module's token: our service, unless a test or an application replaced it. */
  readonly producer: unknown;
  readonly hosts: DecoratedHosts;
  readonly modules: RegisteredModules;
  readonly logger: Logger;
}

/**
 * Starts and ends a producer with the application.
 *
 * Nothing is closed before `onApplicationShutdown`: HTTP requests and messages that are being handled end between the hooks before it, and they
 * may still emit.
 */
export class KafkaProducerLifecycle
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly exitNotice: ExitNotice;
  private closing: Promise<void> | undefined;

  constructor(private readonly parts: LifecycleParts) {
    this.exitNotice = new ExitNotice(parts.name, () => parts.pipeline.undelivered);
  }

  async onModuleInit(): Promise<void> {
    const { modules, hosts, options, logger, name, producer } = this.parts;
    modules.assertUnique(name);
    for (const warning of options.warnings) logger.warn(warning);
    hosts.bindInstances();
    if (!(producer instanceof KafkaProducerService)) return;
    this.exitNotice.arm();
    if (options.connect === 'eager') await this.connectOrFail();
    else if (options.connect === 'background') this.connectInBackground();
  }

  onApplicationBootstrap(): void {
    const { hosts, logger } = this.parts;
    for (const warning of hosts.verify()) logger.warn(warning);
  }

  /** Requests are still being handled: what is buffered may leave already, later records come on top. */
  beforeApplicationShutdown(): void {
    void this.parts.pipeline.flush();
  }

  /** Refuses new records, delivers what was accepted within `shutdownTimeoutMs`, disconnects, reports. Never rejects. */
  onApplicationShutdown(): Promise<void> {
    this.closing ??= this.close();
    return this.closing;
  }

  private async connectOrFail(): Promise<void> {
    try {
      await this.parts.cluster.ping(this.parts.options.connectTimeoutMs);
    } catch (error) {
      // Nest runs no shutdown hooks for an application that did not start.
      await this.onApplicationShutdown();
      throw error;
    }
  }

  /** The cluster logs why a broker cannot be reached; this says what it means for the application. */
  private connectInBackground(): void {
    const { cluster, options, logger } = this.parts;
    cluster.ping(options.connectTimeoutMs).catch((error: unknown) => {
      if (this.closing !== undefined) return;
      if (isKafkaProducerError(error)) logger.error(error.message);
      else logger.warn(noBroker(options));
    });
  }

  private async close(): Promise<void> {
    const { pipeline, cluster, options, logger, name } = this.parts;
    const startedAt = performance.now();
    const { delivered, undelivered } = await pipeline.close(options.shutdownTimeoutMs);
    await cluster.close();
    this.exitNotice.disarm();
    publish('nestjs-kafka-producer:closed', {
      producer: name,
      delivered,
      undelivered,
      durationMs: performance.now() - startedAt,
    });
    if (undelivered > 0) {
      logger.error(
        `Closed with ${undelivered} records not delivered, ${delivered} delivered while closing. ` +
          'Each was rejected with its reason: if that is the end of shutdownTimeoutMs ' +
          `(${options.shutdownTimeoutMs} ms), raise it, or find out why the brokers do not answer.`,
      );
    } else if (delivered > 0) logger.log(`Closed after delivering the last ${delivered} records`);
  }
}

function noBroker({ connectTimeoutMs, producer }: ResolvedOptions): string {
  return `No broker answered within ${connectTimeoutMs} ms. The application runs on; records wait up to maxBlockMs (${producer.maxBlockMs} ms) for one.`;
}
