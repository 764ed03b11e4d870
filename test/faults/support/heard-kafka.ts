import { EmbeddedKafka, type EmbeddedKafkaOptions } from 'embedded-kafka';

import { ProxiedKafka, type ProxiedKafkaOptions } from './proxied-kafka.js';

interface Heard {
  readonly api: string | undefined;
  readonly clientId: string;
}

/** A cluster of either kind whose requests a test hears before they are carried out. */
export class HeardKafka {
  readonly #asked = new Map<string, number>();
  readonly #listeners = new Set<(request: Heard) => void>();
  /** For readers and administrators. */
  readonly bootstrap: readonly string[];
  /** For the clients that are heard. */
  readonly forClients: readonly string[];
  readonly createTopic: (name: string, partitions: number) => Promise<void>;
  readonly stop: () => Promise<void>;
  /** What it really is, for troubles of its brokers. */
  readonly cluster: ProxiedKafka | EmbeddedKafka;

  private constructor(parts: Pick<HeardKafka, 'bootstrap' | 'forClients' | 'createTopic' | 'stop' | 'cluster'>) {
    this.bootstrap = parts.bootstrap;
    this.forClients = parts.forClients;
    this.createTopic = parts.createTopic;
    this.stop = parts.stop;
    this.cluster = parts.cluster;
  }

  /** @param abortIntervalMs how often it looks for transactions that are out of time */
  static async apache(abortIntervalMs: number, options: ProxiedKafkaOptions = {}): Promise<HeardKafka> {
    const proxied = await ProxiedKafka.start({
      nodes: 1,
      ...options,
      serverProperties: {
        'transaction.abort.timed.out.transaction.cleanup.interval.ms': String(abortIntervalMs),
        ...options.serverProperties,
      },
    });
    const heard = new HeardKafka({
      bootstrap: proxied.kafka.bootstrap,
      forClients: proxied.bootstrap,
      createTopic: (name, partitions) => proxied.kafka.createTopic({ name, partitions }),
      stop: () => proxied.stop(),
      cluster: proxied,
    });
    proxied.strikes.onRequest = (request) => heard.#tell(request);
    return heard;
  }

  /** As `apache()`. */
  static async embedded(abortIntervalMs: number, options: EmbeddedKafkaOptions = {}): Promise<HeardKafka> {
    let tell: (request: Heard) => void = () => {};
    const kafka = await EmbeddedKafka.start({
      brokers: 3,
      transactionAbortIntervalMs: abortIntervalMs,
      ...options,
      onRequest: (request) => tell(request),
    });
    const heard = new HeardKafka({
      bootstrap: kafka.bootstrap,
      forClients: kafka.bootstrap,
      createTopic: async (name, partitions) => kafka.createTopic({ name, partitions }),
      stop: () => kafka.stop(),
      cluster: kafka,
    });
    tell = (request) => heard.#tell(request);
    return heard;
  }

  /** Resolves when the client has asked that so many times, from now on; `act` is called in that very moment. */
  heard(clientId: string, api: string, times: number, act: () => void): Promise<void> {
    let left = times;
    return new Promise((resolve) => {
      const listen = (request: Heard): void => {
        if (request.clientId !== clientId || request.api !== api || --left > 0) return;
        this.#listeners.delete(listen);
        act();
        resolve();
      };
      this.#listeners.add(listen);
    });
  }

  /** How often the client has asked that. */
  asked(clientId: string, api: string): number {
    return this.#asked.get(`${clientId} ${api}`) ?? 0;
  }

  #tell(request: Heard): void {
    const key = `${request.clientId} ${request.api}`;
    this.#asked.set(key, (this.#asked.get(key) ?? 0) + 1);
    for (const listener of this.#listeners) listener(request);
  }
}
