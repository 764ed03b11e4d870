import { startApacheKafka, type ApacheKafka } from '../../apache-kafka/launcher.mjs';
import { FrameProxy } from './frame-proxy.js';
import { ProxyStrikes } from './proxy-strikes.js';

export interface ProxiedKafkaOptions {
  /** @defaultValue 3 */
  readonly nodes?: 1 | 3;
  /** Another one than that of all suites. */
  readonly kafkaVersion?: string | undefined;
  readonly serverProperties?: Readonly<Record<string, string>>;
}

/** Nodes whose clients come through proxies; the nodes, administrators and readers reach them directly. */
export class ProxiedKafka {
  private constructor(
    readonly kafka: ApacheKafka,
    readonly proxies: readonly FrameProxy[],
    readonly strikes: ProxyStrikes,
  ) {}

  static async start({ nodes = 3, kafkaVersion, ...options }: ProxiedKafkaOptions = {}): Promise<ProxiedKafka> {
    const strikes = new ProxyStrikes();
    const proxies = await Promise.all(Array.from({ length: nodes }, () => FrameProxy.listen(strikes)));
    const proxyPorts = proxies.map(({ port }) => port);
    const version = kafkaVersion === undefined ? {} : { kafkaVersion };
    const kafka = await startApacheKafka({ nodes, proxyPorts, ...version, ...options });
    kafka.bootstrapOf('BEHIND_PROXY').forEach((address, at) => {
      const proxy = proxies[at];
      if (proxy !== undefined) proxy.target = address;
    });
    return new ProxiedKafka(kafka, proxies, strikes);
  }

  /** For the clients. */
  get bootstrap(): string[] {
    return this.proxies.map(({ address }) => address);
  }

  /** @param node 1, 2 or 3 */
  proxyOf(node: number): FrameProxy {
    return this.proxies[node - 1]!;
  }

  /** Connections clients have made so far. */
  get accepted(): number {
    return this.proxies.reduce((sum, proxy) => sum + proxy.accepted, 0);
  }

  /** Connections brokers have ended so far although their client had not. */
  get hungUp(): number {
    return this.proxies.reduce((sum, proxy) => sum + proxy.hungUp, 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await this.kafka.stop();
  }
}
