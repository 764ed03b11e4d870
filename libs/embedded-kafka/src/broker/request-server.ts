import {
  apis,
  decodeRequest,
  encodeResponse,
  errorCode,
  UnsupportedVersionError,
  type ApiDefinition,
  type DecodedRequest,
} from 'kafka-wire';
import type { ApiHandler, ClusterServices, RequestContext } from '../api/api-handler.js';
import { ServedVersions } from '../api/served-versions.js';
import { nameTopics } from '../api/topic-names.js';
import type { LogCleaner } from '../cluster/log-cleaner.js';
import { MetadataCache } from '../cluster/metadata-cache.js';
import { FetchSessions } from '../fetch-sessions/fetch-sessions.js';
import type { Fault } from '../faults/fault.js';
import type { Faults } from '../faults/faults.js';
import type { ClusterNetwork } from '../faults/cluster-network.js';
import { lastReply, rawTokenFrame } from '../security/failed-login.js';
import type { Session } from '../security/session.js';
import type { Connection, Reply } from './connection.js';
import { Delivery } from './delivery.js';
import { FaultyServing, type Exchange } from './faulty-serving.js';
import { describeProduce, type LoggedRequest, type RequestLog } from './request-log.js';

/** What all brokers of a cluster share: what they answer from, and what surrounds the answering. */
export interface SharedServices extends ClusterServices {
  readonly logCleaner: LogCleaner;
  readonly faults: Faults;
  readonly network: ClusterNetwork;
  readonly requestLog: RequestLog;
  readonly handlers: ReadonlyMap<number, ApiHandler>;
}

/** A request that a broker serves, and how it came. */
interface Arrival {
  readonly request: DecodedRequest;
  readonly handler: ApiHandler;
  readonly sizeBytes: number;
  readonly connection: Connection;
  readonly session: Session;
}

/** Serves the requests of one broker: decode → log → faults → handler → encode. */
export class RequestServer {
  readonly #serving: FaultyServing;
  /** Gone when the broker stops. */
  readonly fetchSessions: FetchSessions;
  /** Frozen or not, it outlasts a stop of the broker. */
  readonly metadata: MetadataCache;
  /** Replaced when the broker starts as another release. */
  versions: ServedVersions;

  constructor(
    readonly brokerId: number,
    readonly shared: SharedServices,
  ) {
    this.versions = new ServedVersions(shared.handlers);
    this.metadata = new MetadataCache(brokerId, shared.cluster);
    this.fetchSessions = new FetchSessions(shared.cluster.random);
    this.#serving = new FaultyServing(shared.faults, shared.cluster);
  }

  /** A client that cannot prove who it is gets one last answer. */
  serve(frame: Buffer, connection: Connection, session: Session): Reply | Promise<Reply> {
    const reply = session.takesRawTokens
      ? this.#authenticate(frame, session)
      : this.#serveRequest(frame, connection, session);
    if (session.sasl === undefined) return reply;
    const orLast = (given: Reply): Reply | Promise<Reply> =>
      session.hasFailed ? lastReply(given, session, connection.signal) : given;
    return reply instanceof Promise ? reply.then(orLast) : orLast(reply);
  }

  #authenticate(token: Buffer, session: Session): Reply {
    const answer = session.authenticateRaw(token);
    return answer === undefined ? 'close' : rawTokenFrame(answer);
  }

  /** Bytes that are no request of a version that is served end the connection, as in Kafka. */
  #serveRequest(frame: Buffer, connection: Connection, session: Session): Reply | Promise<Reply> {
    const request = this.#decode(frame);
    if (Buffer.isBuffer(request)) return session.mayAskForVersions ? request : 'close';
    const handler = request && this.shared.handlers.get(request.api.key);
    if (request === undefined || handler === undefined) return 'close';
    if (!this.versions.includes(request.api.key, request.apiVersion)) {
      return request.api.key === apis.ApiVersions.key ? this.#refuseApiVersions(request.correlationId) : 'close';
    }
    connection.clientId = request.clientId ?? '';
    const met = this.shared.network.arrived(this.brokerId, connection);
    const arrival: Arrival = { request, handler, sizeBytes: frame.length, connection, session };
    if (met === undefined) return this.#serve(arrival);
    if (met === 'refuse') return 'close';
    return new Promise((resolve) => {
      connection.whenAwake(() => resolve(this.#serve(arrival)));
    });
  }

  #serve({ request, handler, sizeBytes, connection, session }: Arrival): Reply | Promise<Reply> {
    nameTopics(request, this.shared.cluster);
    const logged = this.#log(request, sizeBytes);
    this.shared.requestLog.add(logged);
    const context = this.#context(request, connection, session);
    const admission = session.admit(request.name);
    if (admission === 'close') return 'close';
    if (admission === 'refuse') {
      return this.#reply({ request }, handler.refuse(request.body, errorCode('ILLEGAL_SASL_STATE'), context));
    }
    const failed = (error: unknown): Reply => {
      logged.failure = error;
      return 'close';
    };
    const onFault = (fault: Fault) => {
      logged.faults = [...(logged.faults ?? []), fault];
    };
    const exchange: Exchange = { request, handler, context, link: connection, onFailure: failed, onFault };
    try {
      const answer = this.#serving.serve(exchange);
      if (!(answer instanceof Promise)) return this.#reply(exchange, answer);
      return answer.then((late) => this.#reply(exchange, late)).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  #decode(frame: Buffer): DecodedRequest | Buffer | undefined {
    try {
      return decodeRequest(frame);
    } catch (error) {
      if (!(error instanceof UnsupportedVersionError) || error.api.key !== apis.ApiVersions.key) return undefined;
      return this.#refuseApiVersions(error.correlationId ?? 0);
    }
  }

  #refuseApiVersions(correlationId: number): Buffer {
    return encodeResponse(apis.ApiVersions, 0, correlationId, this.versions.refusalOfApiVersions(apis.ApiVersions.key));
  }

  #reply(
    { request, delivery }: Pick<Exchange, 'request' | 'delivery'>,
    answer: Awaited<ReturnType<FaultyServing['serve']>>,
  ): Reply {
    if (answer === 'close') return 'close';
    const { api, apiVersion, correlationId } = request;
    const frame =
      answer === 'no-response' ? undefined : encodeResponse(api as ApiDefinition, apiVersion, correlationId, answer);
    return delivery === undefined ? (frame ?? 'nothing') : new Delivery(frame, delivery, this.shared.cluster.clock);
  }

  #context(request: DecodedRequest, connection: Connection, session: Session): RequestContext {
    return {
      ...this.shared,
      brokerId: this.brokerId,
      apiVersion: request.apiVersion,
      clientId: request.clientId ?? '',
      clientHost: connection.host,
      metadata: this.metadata,
      servedVersions: this.versions.listed,
      fetchSessions: this.fetchSessions,
      session,
      signal: connection.signal,
    };
  }

  #log(request: DecodedRequest, sizeBytes: number): LoggedRequest {
    return {
      broker: this.brokerId,
      api: request.name,
      apiVersion: request.apiVersion,
      clientId: request.clientId ?? '',
      correlationId: request.correlationId,
      sizeBytes,
      receivedAtMs: this.shared.cluster.clock.wallTime(),
      ...(request.name === 'Produce' && describeProduce(request.body)),
    };
  }
}
