import type { Duplex } from 'node:stream';
import {
  apis,
  decodeRequest,
  encodeResponse,
  FrameReader,
  type ApiDefinition,
  type ApiName,
  type DecodedRequest,
  type ResponseInput,
} from 'kafka-wire';
import type { BrokerEndpoint, Transport } from '../connection/transport.js';
import { endpointText } from '../connection/transport.js';
import { memoryPipe } from './memory-pipe.js';

type RequestNamed<Name extends ApiName> = Extract<DecodedRequest, { name: Name }>;
/** What a broker does with a request: answers (perhaps in another version), keeps it waiting, or hangs up. */
export type Reply<A extends ApiDefinition> = ResponseInput<A> | 'silence' | 'hang up' | { readonly raw: Buffer };
type Handler = (request: DecodedRequest, connection: ScriptedConnection) => unknown;

export interface ScriptedTopic {
  readonly name: string;
  readonly errorCode?: number;
  readonly topicId?: string;
  readonly partitions?: readonly {
    readonly leaderId: number;
    readonly leaderEpoch?: number;
    readonly errorCode?: number;
  }[];
}

/** One connection as the broker sees it. */
export interface ScriptedConnection {
  readonly stream: Duplex;
  readonly broker: ScriptedBroker;
}

/** A broker that speaks the real protocol and does what its script says. */
export class ScriptedBroker {
  readonly nodeId: number;
  readonly endpoint: BrokerEndpoint;
  readonly requests: DecodedRequest[] = [];
  readonly connections = new Set<ScriptedConnection>();
  /** Connection attempts so far, refused ones included. */
  attempts = 0;
  isUp = true;
  readonly #handlers = new Map<ApiName, Handler>();

  constructor(nodeId: number, endpoint: BrokerEndpoint) {
    this.nodeId = nodeId;
    this.endpoint = endpoint;
  }

  on<Name extends ApiName & keyof typeof apis>(
    name: Name,
    handler: (request: RequestNamed<Name>, connection: ScriptedConnection) => Reply<(typeof apis)[Name]>,
  ): void {
    this.#handlers.set(name, handler as Handler);
  }

  requestsOf<Name extends ApiName>(name: Name): RequestNamed<Name>[] {
    return this.requests.filter((request): request is RequestNamed<Name> => request.name === name);
  }

  hangUp(): void {
    for (const { stream } of this.connections) stream.destroy();
  }

  accept(stream: Duplex): void {
    const connection = { stream, broker: this };
    this.connections.add(connection);
    const frames = new FrameReader();
    stream.on('close', () => this.connections.delete(connection));
    stream.on('data', (chunk: Buffer) => {
      frames.push(chunk);
      for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
        const request = decodeRequest(frame);
        this.requests.push(request);
        this.#reply(request, connection);
      }
    });
  }

  #reply(request: DecodedRequest, connection: ScriptedConnection): void {
    const reply = this.#handlers.get(request.name)?.(request, connection) ?? 'silence';
    if (reply === 'silence') return;
    if (reply === 'hang up') connection.stream.destroy();
    else if (isRaw(reply)) connection.stream.write(reply.raw);
    else answer(connection, request, reply);
  }
}

/** Answers a request that was kept waiting. */
export function answer(connection: ScriptedConnection, request: DecodedRequest, input: object): void {
  connection.stream.write(encodeResponse(request.api, request.apiVersion, request.correlationId, input as never));
}

function isRaw(reply: unknown): reply is { readonly raw: Buffer } {
  return typeof reply === 'object' && reply !== null && 'raw' in reply;
}

/** Brokers by address, reached through memory instead of a network. Answers ApiVersions and Metadata from `topics` and `advertised` unless a script says otherwise. */
export class ScriptedCluster {
  readonly #byAddress = new Map<string, ScriptedBroker>();
  topics: ScriptedTopic[] = [];
  /** Which brokers metadata names; all, unless changed. */
  advertised: ScriptedBroker[] = [];
  /** Sockets take a few turns to close, as real ones do. */
  closesSlowly = false;
  /** Sockets that exist on the client's side. */
  readonly openStreams = new Set<Duplex>();

  broker(nodeId: number, host = `broker-${nodeId}`): ScriptedBroker {
    const endpoint = { host, port: 9092 };
    const broker = new ScriptedBroker(nodeId, endpoint);
    broker.on('ApiVersions', () => ({ apiKeys: allVersions() }));
    broker.on('Metadata', ({ body }) => this.metadata((body.topics ?? []).map(({ name }) => name ?? '')));
    this.#byAddress.set(endpointText(endpoint), broker);
    this.advertised.push(broker);
    return broker;
  }

  metadata(names: readonly string[]): ResponseInput<typeof apis.Metadata> {
    return {
      brokers: this.advertised.map(({ nodeId, endpoint }) => ({ nodeId, ...endpoint })),
      topics: names.map((name) =>
        topicAnswer(this.topics.find((topic) => topic.name === name) ?? { name, errorCode: 3 }),
      ),
    };
  }

  readonly transport = (endpoint: BrokerEndpoint): Transport => {
    const [client, server] = memoryPipe();
    this.openStreams.add(client);
    if (this.closesSlowly) client._destroy = (error, done) => setImmediate(() => setImmediate(() => done(error)));
    client.on('close', () => this.openStreams.delete(client));
    const broker = this.#byAddress.get(endpointText(endpoint));
    if (broker !== undefined) broker.attempts++;
    const isUp = broker?.isUp === true;
    if (isUp) broker.accept(server);
    else
      client.destroy(
        Object.assign(new Error(`connect ECONNREFUSED ${endpointText(endpoint)}`), { code: 'ECONNREFUSED' }),
      );
    return {
      stream: client,
      connected: isUp ? Promise.resolve() : new Promise(() => undefined),
      stage: () => (isUp ? 'open' : 'tcp'),
      secure: false,
    };
  };
}

export function allVersions(): { apiKey: number; minVersion: number; maxVersion: number }[] {
  return Object.values(apis).map(({ key, versions }) => ({
    apiKey: key,
    minVersion: versions.min,
    maxVersion: versions.max,
  }));
}

function topicAnswer({ name, errorCode = 0, topicId, partitions = [] }: ScriptedTopic) {
  return {
    name,
    errorCode,
    ...(topicId !== undefined && { topicId }),
    partitions: partitions.map((partition, partitionIndex) => ({ leaderEpoch: 0, ...partition, partitionIndex })),
  };
}
