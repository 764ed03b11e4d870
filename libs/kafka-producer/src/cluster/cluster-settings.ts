import type { ConnectionOptions } from 'node:tls';
import type { OpenTransport } from './connection/transport.js';
import type { SocketFactory } from './connection/tcp-transport.js';
import type { SaslSettings } from './kafkajs/sasl-providers.js';

export type PipelineLog = (level: 'debug' | 'log' | 'warn' | 'error', message: string) => void;

/** The part of kafkajs' `client` object that has a meaning here, under kafkajs' names. */
export interface ClientSettings {
  readonly clientId: string;
  /** `host:port` each. A function is asked again whenever none of the brokers known from metadata can be reached. */
  readonly brokers: readonly string[] | (() => readonly string[] | Promise<readonly string[]>);
  readonly ssl?: boolean | ConnectionOptions | undefined;
  readonly sasl?: SaslSettings | undefined;
  /** Milliseconds for TCP, TLS and the ApiVersions handshake together. @defaultValue 10 000 (kafkajs: 1 000) */
  readonly connectionTimeout?: number | undefined;
  /** Milliseconds for the SASL exchange, tokens fetched by the application included. @defaultValue 10 000 */
  readonly authenticationTimeout?: number | undefined;
  /** A connection authenticates again this many milliseconds before the broker's session ends (KIP-368), when it is used then. @defaultValue 10 000 */
  readonly reauthenticationThreshold?: number | undefined;
  readonly socketFactory?: SocketFactory | undefined;
}

export interface ClusterSettings {
  readonly client: ClientSettings;
  /** @defaultValue 30 000. For metadata and coordinator lookups; requests of the stages bring their own. */
  readonly requestTimeoutMs?: number | undefined;
  /** @defaultValue 300 000 */
  readonly metadataMaxAgeMs?: number | undefined;
  /** @defaultValue false */
  readonly allowAutoTopicCreation?: boolean | undefined;
  /** First wait between two metadata or coordinator requests that brought nothing new; doubles up to the maximum. @defaultValue 100 */
  readonly retryBackoffMs?: number | undefined;
  /** @defaultValue 1 000 */
  readonly retryBackoffMaxMs?: number | undefined;
}

/** What the cluster takes from outside besides its settings; replaced by tests and simulations. */
export interface ClusterSurroundings {
  /** Instead of net and tls. */
  readonly transport?: OpenTransport;
  /** 0 ≤ x < 1, for jitter and for the choice among equals. @defaultValue Math.random */
  readonly random?: () => number;
}
