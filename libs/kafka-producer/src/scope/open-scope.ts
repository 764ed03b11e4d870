import type { InboundHeaders, RequestScope } from '../record/request-scope.js';
import { carriedHeaders } from './carried-headers.js';
import type { PendingEmits } from './pending-emits.js';

/**
 * A scope from its own side: whose headers its records inherit, and what it has to wait for.
 *
 * Its headers outlive it: what still runs when the response is sent belongs to the same request.
 */
export class OpenScope implements RequestScope {
  origin: string;
  readonly emits: PendingEmits;
  /** What brought the headers: a request, the context of a message, a GraphQL context; they are read when a record is made. */
  readonly carrier: unknown;
  /** What it is the scope of: the carrier, or the request that joined it. */
  readonly request: unknown;
  /** Those of `runInScope()`, over what the carrier brought. */
  readonly #own: InboundHeaders | undefined;

  constructor(origin: string, emits: PendingEmits, carrier: unknown, own?: InboundHeaders, request = carrier) {
    this.origin = origin;
    this.emits = emits;
    this.carrier = carrier;
    this.request = request;
    this.#own = own;
  }

  /** An interceptor knows better what kind of request it is than whoever opened the scope before it. */
  adoptedBy(origin: string): this {
    this.origin = origin;
    this.emits.hold();
    return this;
  }

  get headers(): InboundHeaders {
    const carried = carriedHeaders(this.carrier);
    return this.#own === undefined ? carried : { ...carried, ...this.#own };
  }

  /** The same scope for what runs with more headers. */
  with(headers: InboundHeaders): OpenScope {
    return new OpenScope(this.origin, this.emits, this.carrier, { ...this.#own, ...headers }, this.request);
  }

  /** The same scope for a request on its way to its handler, which has to know it if the scope is over by then. */
  joinedBy(request: unknown): OpenScope {
    return new OpenScope(this.origin, this.emits, this.carrier, this.#own, request);
  }
}
