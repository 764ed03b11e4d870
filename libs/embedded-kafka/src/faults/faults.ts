import { apis, errorCode, errorCodes, type ApiName, type ErrorName } from 'kafka-wire';
import { Fault, type FaultPlan, type FaultTarget } from './fault.js';

/** The faults of a cluster. Of several that match, the one set first strikes, until it is spent. */
export class Faults {
  #onRequest: Fault[] = [];
  #onResponse: Fault[] = [];

  /** Strikes before the request is served: a request that is dropped or cut has no effect. */
  onRequest(api: ApiName, plan: FaultPlan): Fault {
    const fault = new Fault(api, checked(api, plan));
    this.#onRequest.push(fault);
    return fault;
  }

  /** Strikes after the request was served: what it asked for has happened, whatever the client gets to know. */
  onResponse(api: ApiName, plan: FaultPlan): Fault {
    const fault = new Fault(api, checked(api, plan));
    this.#onResponse.push(fault);
    return fault;
  }

  clear(): void {
    for (const fault of [...this.#onRequest, ...this.#onResponse]) fault.remove();
    this.#onRequest = [];
    this.#onResponse = [];
  }

  strikeRequest(target: FaultTarget): Fault | undefined {
    return this.#onRequest.length === 0 ? undefined : this.#onRequest.find((fault) => fault.strikes(target));
  }

  strikeResponse(target: FaultTarget): Fault | undefined {
    return this.#onResponse.length === 0 ? undefined : this.#onResponse.find((fault) => fault.strikes(target));
  }
}

export function faultErrorCode(code: number | ErrorName): number {
  return typeof code === 'number' ? code : errorCode(code);
}

/** A plan that could never strike as meant is refused at once: a test that waits for it would tell nothing. */
function checked(api: ApiName, plan: FaultPlan): FaultPlan {
  if (!Object.hasOwn(apis, api))
    throw new TypeError(`no API is called "${api}"; they are ${Object.keys(apis).join(', ')}`);
  const { action, times = 1, skip = 0 } = plan;
  if (!Number.isInteger(times) || times < 1)
    throw new TypeError(`times must be an integer of at least 1, not ${times}`);
  if (!Number.isInteger(skip) || skip < 0) throw new TypeError(`skip must be an integer of at least 0, not ${skip}`);
  if (action === 'drop' || action === 'cut') return plan;
  if (typeof action === 'object' && 'delayMs' in action && action.delayMs >= 0) return plan;
  if (typeof action === 'object' && 'errorCode' in action && isKnown(action.errorCode)) return plan;
  throw new TypeError(`a fault's action is 'drop', 'cut', { delayMs } or { errorCode }, not ${JSON.stringify(action)}`);
}

function isKnown(code: number | ErrorName): boolean {
  try {
    return Object.hasOwn(errorCodes, faultErrorCode(code));
  } catch {
    return false;
  }
}
