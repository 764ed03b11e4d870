import {
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';

import type { Cluster } from './cluster/cluster.js';
import { ClusterUnavailableError, UnsupportedVersionError } from './cluster/cluster.errors.js';
import type { DecoratedHosts } from './decorators/decorated-hosts.js';
import { ClusterUnreachableError } from './errors/cluster-side.errors.js';
import { sentenceOf } from './errors/describe-value.js';
import { isKafkaProducerError } from './errors/is-kafka-producer-error.js';
import type { ContainerInterceptors } from './kafka-producer.interceptors.js';
import type { RegisteredModules } from './kafka-producer.registration.js';
import { publish } from './observability/channels.js';
import { ExitNotice } from './observability/exit-notice.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import type { ProducerPipeline } from './pipeline/producer-pipeline.js';
import type { TransactionEngine } from './transactions/transaction-engine.js';

/** What a module hands to its lifecycle. */
export interface LifecycleParts {
  readonly name: string;
  readonly options: ResolvedOptions;
  readonly cluster: Pick<Cluster, 'ping' | 'close'>;
  readonly pipeline: Pick<ProducerPipeline, 'flush' | 'close' | 'undelivered'>;
  readonly transactions: Pick<TransactionEngine, 'close' | 'stats'>;
  /** Whether the container gives out the service this module made; false when a test or an application has put another object under its token. */
  readonly isInUse: () => boolean;
  readonly hosts: DecoratedHosts;
  readonly modules: RegisteredModules;
  readonly interceptors: Pick<ContainerInterceptors, 'load'>;
  readonly logger: Logger;
}

/**
 * Starts and ends a producer with the application.
 *
 * Connects as late as possible, when all that can fail before has not failed: Nest runs no shutdown hooks for an application that did not start, and an
 * open connection would keep its process alive. Nothing is closed before `onApplicationShutdown`: HTTP requests and messages that are being handled end
 * between the hooks before it, and they may still emit.
 */
export class KafkaProducerLifecycle
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly exitNotice: ExitNotice;
  private closing: Promise<void> | undefined;

  constructor(private readonly parts: LifecycleParts) {
    this.exitNotice = new ExitNotice(parts.name, () => parts.pipeline.undelivered);
    parts.modules.onClose(() => this.onApplicationShutdown());
  }

  async onModuleInit(): Promise<void> {
    const { modules, hosts, options, interceptors, logger, name } = this.parts;
    await modules.closingAllOnFailure(async () => {
      modules.assertUnique(name);
      await interceptors.load();
      for (const warning of options.warnings) logger.warn(warning);
      if (modules.isFirstTo('bind')) hosts.bindInstances();
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    const { modules, hosts, logger } = this.parts;
    await modules.closingAllOnFailure(async () => {
      if (modules.isFirstTo('verify')) {
        for (const warning of hosts.verify()) logger.warn(warning);
        await hosts.prepareContracts();
      }
      await this.connect();
    });
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

  private async connect(): Promise<void> {
    const { options, isInUse } = this.parts;
    if (this.closing !== undefined || !isInUse()) return;
    this.exitNotice.arm();
    if (options.connect === 'eager') await this.connectOrFail();
    else if (options.connect === 'background') this.connectInBackground();
  }

  private async connectOrFail(): Promise<void> {
    const { cluster, options, name } = this.parts;
    try {
      await cluster.ping(options.connectTimeoutMs);
    } catch (error) {
      throw isKafkaProducerError(error) ? error : unreachable(name, error);
    }
  }

  /** The cluster logs why a broker cannot be reached; this says what it means for the application. */
  private connectInBackground(): void {
    const { cluster, options, logger } = this.parts;
    cluster.ping(options.connectTimeoutMs).catch((error: unknown) => {
      if (this.closing !== undefined) return;
      if (isKafkaProducerError(error)) logger.error(error.message);
      else if (error instanceof ClusterUnavailableError) logger.warn(`${sentenceOf(error)}. ${runsOn(options)}`);
      else logger.error(`${sentenceOf(error)}. ${runsOn(options)}`);
    });
  }

  private async close(): Promise<void> {
    const { pipeline, transactions, cluster, hosts, options, logger, name } = this.parts;
    const startedAt = performance.now();
    const { shutdownTimeoutMs } = options;
    const { openUnits } = transactions.stats();
    await transactions.close(shutdownTimeoutMs); // first: units that are open may still send outside of themselves
    const tookMs = openUnits === 0 ? 0 : performance.now() - startedAt;
    const leftMs = Math.max(0, shutdownTimeoutMs - tookMs);
    const { delivered, undelivered } = await pipeline.close(leftMs);
    await cluster.close();
    hosts.unbindInstances();
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

function unreachable(producer: string, cause: unknown): ClusterUnreachableError {
  const remedy = cause instanceof UnsupportedVersionError ? { remedy: 'Waiting longer does not help.' } : {};
  return new ClusterUnreachableError({ producer, reason: sentenceOf(cause), cause, ...remedy });
}

function runsOn({ producer }: ResolvedOptions): string {
  return `The application runs on; records wait up to maxBlockMs (${producer.maxBlockMs} ms) for a broker.`;
}
