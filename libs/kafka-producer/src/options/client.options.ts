import type { ConnectionOptions } from 'node:tls';

import type { ClientSettings } from '../cluster/cluster-settings.js';
import type { SocketFactory } from '../cluster/connection/tcp-transport.js';
import type { SaslSettings } from '../cluster/kafkajs/sasl-providers.js';
import { brokersProblem, saslProblem, sslProblem } from './client-checks.js';
import { Checked, Milliseconds, OptionalFunction, Text } from './option-rules.js';

/** How the cluster is reached: the `client` object users already give to kafkajs and Nest, under kafkajs' own names. */
export class ClientOptions implements ClientSettings {
  /**
   * The name brokers see in their logs, metrics and quotas.
   *
   * Kafka: `client.id`.
   * @defaultValue 'nestjs-kafka-producer'
   */
  @Text()
  readonly clientId: string = 'nestjs-kafka-producer';

  /**
   * Where the cluster is found first: `'host:port'` each, or a function that returns them.
   *
   * A function is asked again whenever none of the known brokers can be reached.
   *
   * Kafka: `bootstrap.servers`.
   * @defaultValue none, it is required
   */
  @Checked(brokersProblem)
  readonly brokers: readonly string[] | (() => readonly string[] | Promise<readonly string[]>) = [];

  /**
   * TLS: `true` for Node's defaults, or the options of Node's `tls.connect()`.
   *
   * Kafka: `security.protocol=SSL`.
   * @defaultValue undefined
   */
  @Checked(sslProblem)
  readonly ssl: boolean | ConnectionOptions | undefined = undefined;

  /**
   * Credentials: `{ mechanism, … }` as in kafkajs: plain, scram-sha-256, scram-sha-512, oauthbearer, aws, or a mechanism of your own.
   *
   * Kafka: `sasl.mechanism`, `sasl.jaas.config`.
   * @defaultValue undefined
   */
  @Checked(saslProblem)
  readonly sasl: SaslSettings | undefined = undefined;

  /**
   * How long a connection may take until requests can be written: TCP, TLS and the first exchange.
   *
   * Unit: milliseconds.
   *
   * Kafka: `socket.connection.setup.timeout.ms`. kafkajs: 1000.
   * @defaultValue 10000
   */
  @Milliseconds(1)
  readonly connectionTimeout: number = 10_000;

  /**
   * How long the exchange of credentials may take.
   *
   * Unit: milliseconds.
   *
   * @defaultValue 10000
   */
  @Milliseconds(1)
  readonly authenticationTimeout: number = 10_000;

  /**
   * How long before the broker ends a session the credentials are exchanged again (KIP-368).
   *
   * Unit: milliseconds.
   *
   * @defaultValue 10000
   */
  @Milliseconds()
  readonly reauthenticationThreshold: number = 10_000;

  /**
   * Makes the sockets itself, for proxies and bastions; kafkajs' signature.
   *
   * @defaultValue undefined
   */
  @OptionalFunction()
  readonly socketFactory: SocketFactory | undefined = undefined;
}
