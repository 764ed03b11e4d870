import {
  apis,
  decodeRequest,
  encodeResponse,
  errorCode,
  UnsupportedVersionError,
  type ApiDefinition,
  type DecodedRequest,
} from 'kafka-wire';
import type { ApiHandler, RequestContext } from '../api/api-handler.js';
import { unsupportedApiVersions } from '../api/api-versions.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import type { CoordinatorMap } from '../cluster/coordinator-map.js';
import type { Faults } from '../faults/faults.js';
import type { GroupCoordinator } from '../groups/group-coordinator.js';
import { lastReply, rawTokenFrame } from '../security/failed-login.js';
import type { Security } from '../security/security.js';
import type { Session } from '../security/session.js';
import type { Connection, Reply } from './connection.js';
import { FaultyServing, type Exchange } from './faulty-serving.js';
import { describeProduce, type LoggedRequest, type RequestLog } from './request-log.js';

/** What all brokers of a cluster share. */
export interface SharedServices {
  readonly cluster: ClusterState;
  readonly groups: GroupCoordinator;
  readonly coordinators: CoordinatorMap;
  readonly security: Security;
  readonly faults: Faults;
  readonly requestLog: RequestLog;
  readonly handlers: ReadonlyMap<number, ApiHandler>;
}

/** Serves the requests of one broker: decode → log → faults → handler → encode. */
export class RequestServer {
  readonly #serving: FaultyServing;

  constructor(
    readonly brokerId: number,
    readonly shared: SharedServices,
  ) {
    this.#serving = new FaultyServing(shared.faults, shared.cluster.clock);
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
    if (request.apiVersion < handler.versions.min || request.apiVersion > handler.versions.max) return 'close';
    const logged = this.#log(request, frame.length);
    this.shared.requestLog.add(logged);
    const context = this.#context(request, connection, session);
    const admission = session.admit(request.name);
    if (admission === 'close') return 'close';
    if (admission === 'refuse') {
      return this.#encode(request, handler.refuse(request.body, errorCode('ILLEGAL_SASL_STATE'), context));
    }
    const failed = (error: unknown): Reply => {
      logged.failure = error;
      return 'close';
    };
    const exchange: Exchange = { request, handler, context, onFailure: failed };
    try {
      const answer = this.#serving.serve(exchange);
      if (!(answer instanceof Promise)) return this.#encode(request, answer);
      return answer.then((late) => this.#encode(request, late)).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  #decode(frame: Buffer): DecodedRequest | Buffer | undefined {
    try {
      return decodeRequest(frame);
    } catch (error) {
      if (!(error instanceof UnsupportedVersionError) || error.api.key !== apis.ApiVersions.key) return undefined;
      return encodeResponse(apis.ApiVersions, 0, error.correlationId ?? 0, unsupportedApiVersions);
    }
  }

  #encode(request: DecodedRequest, answer: Awaited<ReturnType<FaultyServing['serve']>>): Reply {
    if (answer === 'close') return 'close';
    if (answer === 'no-response') return 'nothing';
    return encodeResponse(request.api as ApiDefinition, request.apiVersion, request.correlationId, answer);
  }

  #context(request: DecodedRequest, connection: Connection, session: Session): RequestContext {
    return {
      brokerId: this.brokerId,
      apiVersion: request.apiVersion,
      clientId: request.clientId ?? '',
      clientHost: connection.host,
      cluster: this.shared.cluster,
      groups: this.shared.groups,
      coordinators: this.shared.coordinators,
      security: this.shared.security,
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
