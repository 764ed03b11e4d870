import {
  apis,
  decodeRequest,
  encodeResponse,
  UnsupportedVersionError,
  type ApiDefinition,
  type DecodedRequest,
} from 'kafka-wire';
import type { ApiHandler, RequestContext } from '../api/api-handler.js';
import { unsupportedApiVersions } from '../api/api-versions.js';
import { nameTopics } from '../api/topic-names.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import type { CoordinatorMap } from '../cluster/coordinator-map.js';
import { FetchSessions } from '../fetch-sessions/fetch-sessions.js';
import type { Faults } from '../faults/faults.js';
import type { GroupCoordinator } from '../groups/group-coordinator.js';
import type { TransactionCoordinator } from '../transactions/transaction-coordinator.js';
import type { Connection, Reply } from './connection.js';
import { FaultyServing, type Exchange } from './faulty-serving.js';
import { describeProduce, type LoggedRequest, type RequestLog } from './request-log.js';

/** What all brokers of a cluster share. */
export interface SharedServices {
  readonly cluster: ClusterState;
  readonly groups: GroupCoordinator;
  readonly coordinators: CoordinatorMap;
  readonly transactions: TransactionCoordinator;
  readonly faults: Faults;
  readonly requestLog: RequestLog;
  readonly handlers: ReadonlyMap<number, ApiHandler>;
}

/** Serves the requests of one broker: decode → log → faults → handler → encode. */
export class RequestServer {
  readonly #serving: FaultyServing;
  /** Gone when the broker stops. */
  readonly fetchSessions: FetchSessions;

  constructor(
    readonly brokerId: number,
    readonly shared: SharedServices,
  ) {
    this.fetchSessions = new FetchSessions(shared.cluster.random);
    this.#serving = new FaultyServing(shared.faults, shared.cluster.clock);
  }

  /** Bytes that are no request of a version that is served end the connection, as in Kafka. */
  serve(frame: Buffer, connection: Connection): Reply | Promise<Reply> {
    const request = this.#decode(frame);
    if (Buffer.isBuffer(request)) return request;
    const handler = request && this.shared.handlers.get(request.api.key);
    if (request === undefined || handler === undefined) return 'close';
    if (request.apiVersion < handler.versions.min || request.apiVersion > handler.versions.max) return 'close';
    nameTopics(request, this.shared.cluster);
    const logged = this.#log(request, frame.length);
    this.shared.requestLog.add(logged);
    const context = this.#context(request, connection);
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

  #context(request: DecodedRequest, connection: Connection): RequestContext {
    return {
      brokerId: this.brokerId,
      apiVersion: request.apiVersion,
      clientId: request.clientId ?? '',
      clientHost: connection.host,
      cluster: this.shared.cluster,
      groups: this.shared.groups,
      coordinators: this.shared.coordinators,
      fetchSessions: this.fetchSessions,
      transactions: this.shared.transactions,
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
