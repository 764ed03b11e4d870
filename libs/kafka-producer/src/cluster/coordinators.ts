import { apis, errorCode, type ResponseOf } from 'kafka-wire';
import { AuthorizationError } from '../errors/cluster-side.errors.js';
import type { AdvertisedBroker } from './broker-directory.js';
import type { CoordinatorType, WireRequest } from './cluster.js';
import { BrokerAnswerError } from './cluster.errors.js';
import { schemaRequest } from './schema-request.js';

type FindCoordinatorResponse = ResponseOf<typeof apis.FindCoordinator>;

const KEY_TYPES: Readonly<Record<CoordinatorType, number>> = { group: 0, transaction: 1 };
const REFUSALS: ReadonlyMap<number, 'group' | 'transactional id'> = new Map([
  [errorCode('GROUP_AUTHORIZATION_FAILED'), 'group'],
  [errorCode('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'), 'transactional id'],
]);

/** Who coordinates which group and which transactional id. */
export class Coordinators {
  readonly #find: (type: CoordinatorType, key: string) => Promise<AdvertisedBroker>;
  /** Settled lookups stay until they are invalidated; a failed one is forgotten at once. */
  readonly #lookups = new Map<string, Promise<number>>();

  constructor(find: (type: CoordinatorType, key: string) => Promise<AdvertisedBroker>) {
    this.#find = find;
  }

  get(type: CoordinatorType, key: string): Promise<number> {
    const id = `${type}:${key}`;
    let lookup = this.#lookups.get(id);
    if (lookup === undefined) {
      lookup = this.#find(type, key).then(({ nodeId }) => nodeId);
      this.#lookups.set(id, lookup);
      lookup.catch(() => {
        if (this.#lookups.get(id) === lookup) this.#lookups.delete(id);
      });
    }
    return lookup;
  }

  invalidate(type: CoordinatorType, key: string): void {
    this.#lookups.delete(`${type}:${key}`);
  }
}

export function findCoordinatorRequest(
  type: CoordinatorType,
  key: string,
  timeoutMs: number,
): WireRequest<FindCoordinatorResponse> {
  // Every version takes its own fields of these: one key up to 3, a list from 4 on.
  const input = { key, keyType: KEY_TYPES[type], coordinatorKeys: [key] };
  return schemaRequest(apis.FindCoordinator, input, { timeoutMs, minVersion: type === 'group' ? 0 : 1 });
}

/** @throws BrokerAnswerError, retriable while a coordinator is being elected; AuthorizationError */
export function coordinatorOf(
  type: CoordinatorType,
  key: string,
  response: FindCoordinatorResponse,
  broker: string,
): AdvertisedBroker {
  const { errorCode: code, errorMessage, nodeId, host, port } = response.coordinators[0] ?? response;
  if (code === 0) return { nodeId, host, port };
  const resource = REFUSALS.get(code);
  if (resource !== undefined) throw new AuthorizationError({ resource, name: key, operation: 'DESCRIBE' });
  const request = `FindCoordinator for ${type} '${key}'`;
  throw new BrokerAnswerError({ broker, request, errorCode: code, detail: errorMessage });
}
