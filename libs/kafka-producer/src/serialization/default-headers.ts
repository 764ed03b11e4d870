import { SerializationError } from '../errors/record.errors.js';
import type { HeaderValue } from '../record/producer-record.js';
import type { RequestScope } from '../record/request-scope.js';
import type { RecordHeaders } from './header-list.js';
import { headersOf } from './record-fields.js';
import { DEFAULT_HEADERS_REMEDY } from './serialize-field.js';

/** What `defaultHeaders` is told of a record. */
export interface DefaultHeadersContext {
  /** As it is in Kafka. */
  readonly topic: string;
  /** The request the record belongs to; `undefined` outside of any scope. */
  readonly scope: RequestScope | undefined;
}

/** The `defaultHeaders` option. A header that is `undefined` is left out. */
export type DefaultHeaders = (
  context: DefaultHeadersContext,
) => Readonly<Record<string, HeaderValue | readonly HeaderValue[] | undefined>> | undefined;

export interface DefaultHeadersSettings {
  /** Headers for every record that does not name them itself. Called once per record, when it is made. */
  readonly defaultHeaders?: DefaultHeaders | undefined;
  /** Names of inbound headers that records of a scope inherit, in any case. */
  readonly propagateHeaders?: readonly string[] | undefined;
  /** The scope of the calling async context. */
  readonly scope?: (() => RequestScope | undefined) | undefined;
}

/**
 * What a record gets beside its own headers: what its scope hands on, and over that what `defaultHeaders` says.
 *
 * Asked for when a record is made, in the caller's async context: a batch carries records of many requests.
 */
export class RecordDefaults {
  readonly #make: DefaultHeaders | undefined;
  readonly #scope: () => RequestScope | undefined;
  /** As the records have them, and as they come in. */
  readonly #inherited: readonly (readonly [name: string, inbound: string])[];

  constructor({ defaultHeaders, propagateHeaders = [], scope = () => undefined }: DefaultHeadersSettings) {
    this.#make = defaultHeaders;
    this.#scope = scope;
    this.#inherited = propagateHeaders.map((name) => [name, name.toLowerCase()]);
  }

  /** @throws SerializationError when `defaultHeaders` throws; InvalidRecordError when it returns what is no plain object */
  of(topic: string): RecordHeaders | undefined {
    if (this.#make === undefined && this.#inherited.length === 0) return undefined;
    const scope = this.#scope();
    const inherited = scope === undefined ? undefined : this.#inheritedFrom(scope);
    const own = this.#make === undefined ? undefined : this.#made(this.#make, topic, scope);
    if (own === undefined || inherited === undefined) return own ?? inherited;
    return { ...inherited, ...own };
  }

  #inheritedFrom(scope: RequestScope): RecordHeaders | undefined {
    if (this.#inherited.length === 0) return undefined;
    const { headers } = scope;
    let inherited: Record<string, HeaderValue | readonly HeaderValue[]> | undefined;
    for (const [name, inbound] of this.#inherited) {
      const value = Object.hasOwn(headers, inbound) ? headers[inbound] : undefined;
      if (value !== undefined) (inherited ??= {})[name] = value;
    }
    return inherited;
  }

  #made(make: DefaultHeaders, topic: string, scope: RequestScope | undefined): RecordHeaders | undefined {
    let headers: unknown;
    try {
      headers = make({ topic, scope });
    } catch (cause) {
      const reason = `defaultHeaders threw ${String(cause)}`;
      throw new SerializationError({ topic, field: 'header', reason, remedy: DEFAULT_HEADERS_REMEDY, cause });
    }
    return withoutAbsent(headersOf(headers, topic, 'defaultHeaders returned'));
  }
}

function withoutAbsent(headers: RecordHeaders | undefined): RecordHeaders | undefined {
  if (headers === undefined || !Object.values(headers).includes(undefined as never)) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => (value as unknown) !== undefined));
}
