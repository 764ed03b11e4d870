import { startApacheKafka, type ApacheKafka } from '../../apache-kafka/launcher.mjs';
import { FrameProxy } from './frame-proxy.js';
import { ProxyStrikes } from './proxy-strikes.js';

/** Three nodes whose clients come through proxies; the nodes, administrators and readers reach them directly. */
export class ProxiedKafka {
  private constructor(
    readonly kafka: ApacheKafka,
    readonly proxies: readonly FrameProxy[],
    readonly strikes: ProxyStrikes,
  ) {}

  static async start(): Promise<ProxiedKafka> {
    const strikes = new ProxyStrikes();
    const proxies = await Promise.all([1, 2, 3].map(() => FrameProxy.listen(strikes)));
    const kafka = await startApacheKafka({ nodes: 3, proxyPorts: proxies.map(({ port }) => port) });
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
