import { AuthenticationError } from '../errors/cluster-side.errors.js';
import type { Bootstrap } from './bootstrap.js';
import type { BrokerDirectory } from './broker-directory.js';
import type { BrokerNode } from './broker-node.js';
import type { PipelineLog } from './cluster-settings.js';
import { BrokerAnswerError, BrokerConnectError, ConnectionLostError } from './cluster.errors.js';
import { endpointText } from './connection/transport.js';
import type { Lifetime } from './lifetime.js';
import { metadataRequest, type MetadataResponse } from './metadata/metadata-request.js';
import { connectFirst, leastLoadedReady } from './node-selection.js';

export interface BrokerAccessContext {
  readonly directory: BrokerDirectory;
  readonly bootstrap: Bootstrap;
  readonly lifetime: Lifetime;
  readonly random: () => number;
  readonly log: PipelineLog;
  readonly requestTimeoutMs: number;
  readonly usesSasl: boolean;
  readonly onBrokersChange: () => void;
}

/** Finds a broker that answers: one that is connected, else one that is known, else one of the bootstrap addresses; and learns the brokers from it. */
export class BrokerAccess {
  readonly #context: BrokerAccessContext;
  #isFailing = false;
  #everAnswered = false;

  constructor(context: BrokerAccessContext) {
    this.#context = context;
  }

  /** Metadata of some topics from any broker; the directory follows the answer. One attempt: pauses and repetitions are the caller's. */
  async fetchMetadata(topics: readonly string[], allowAutoTopicCreation: boolean): Promise<MetadataResponse> {
    const { directory, bootstrap, lifetime, requestTimeoutMs: timeoutMs } = this.#context;
    const node = await this.#reachable();
    try {
      lifetime.assertAlive();
      const request = metadataRequest(topics, { allowAutoTopicCreation, timeoutMs });
      const response = await node
        .send(request, 'control')
        .catch((error: unknown) => Promise.reject(this.#explain(node, error)));
      lifetime.assertAlive();
      const { errorCode } = response;
      if (errorCode !== 0) throw new BrokerAnswerError({ broker: node.label, request: 'Metadata', errorCode });
      if (response.brokers.length === 0) throw new Error(`${node.label} knows no brokers yet`);
      const changed = directory.replace(response.brokers);
      bootstrap.handOver(directory.all());
      this.#recovered();
      if (changed) this.#context.onBrokersChange();
      return response;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /** A node with a known id, ready for `control`. */
  async anyNode(): Promise<BrokerNode> {
    const { directory, lifetime, random } = this.#context;
    lifetime.assertAlive();
    const ready = leastLoadedReady(directory.all());
    if (ready !== undefined) return ready;
    if (directory.all().length === 0) await this.fetchMetadata([], false);
    try {
      return await connectFirst(directory.all(), random);
    } catch (error) {
      lifetime.assertAlive();
      if (error instanceof AuthenticationError) throw error;
      // All known brokers are gone: the bootstrap addresses may know where the cluster is now.
      await this.fetchMetadata([], false);
      return connectFirst(directory.all(), random);
    }
  }

  async #reachable(): Promise<BrokerNode> {
    const { directory, random, lifetime } = this.#context;
    const known = directory.all();
    const ready = leastLoadedReady(known);
    if (ready !== undefined) return ready;
    if (known.length > 0) {
      const node = await connectFirst(known, random).catch((error: unknown) => {
        if (error instanceof AuthenticationError) throw error;
        return undefined;
      });
      if (node !== undefined) return node;
      lifetime.assertAlive();
      this.#context.log('debug', 'None of the known brokers can be reached: asking the bootstrap addresses');
    }
    const seeds = await this.#seeds();
    lifetime.assertAlive();
    return connectFirst(seeds, random);
  }

  /** The user's `brokers` function may fail, or name none. */
  async #seeds(): Promise<readonly BrokerNode[]> {
    try {
      const seeds = await this.#context.bootstrap.seeds();
      if (seeds.length === 0) throw new Error('client.brokers names no broker');
      return seeds;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /** A listener that wants SASL answers ApiVersions and closes the connection at the first other request. */
  #explain(node: BrokerNode, error: unknown): unknown {
    if (!(error instanceof ConnectionLostError) || this.#everAnswered || this.#context.usesSasl) return error;
    return new BrokerConnectError({
      broker: endpointText(node.endpoint),
      problem:
        'it closed the connection at the first request: this is probably a SASL listener. Set client.sasl, or use the port of a listener without SASL',
      cause: error,
    });
  }

  #recovered(): void {
    this.#everAnswered = true;
    if (this.#isFailing) this.#context.log('log', 'Metadata is up to date again');
    this.#isFailing = false;
  }

  /** Warns once per outage. Failures to connect are not among them: the nodes report those. */
  #failed(error: unknown): void {
    if (this.#context.lifetime.isOver) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#context.log(this.#isFailing ? 'debug' : 'warn', `Metadata could not be fetched: ${message}`);
    this.#isFailing = true;
  }
}
