import type { InboundHeaders } from '../record/request-scope.js';

type Fields = Readonly<Record<string, unknown>>;

const NONE: InboundHeaders = Object.freeze({});

/**
 * The headers of what brought a request here, by its shape: no transport's package is needed.
 *
 * - HTTP: `headers` of the request, as they are: Node has put their names in lower case
 * - GraphQL: those of the request in the context, where its driver keeps it
 * - Kafka: `getMessage().headers`; RabbitMQ: `getMessage().properties.headers`
 * - gRPC: the metadata
 */
export function carriedHeaders(carrier: unknown): InboundHeaders {
  if (!isFields(carrier)) return NONE;
  if (isFields(carrier['headers'])) return carrier['headers'] as InboundHeaders;
  const request = [carrier['req'], carrier['request'], fieldOf(carrier['reply'], 'request')].find(
    (each) => isFields(each) && isFields(each['headers']),
  );
  if (request !== undefined) return (request as { readonly headers: InboundHeaders }).headers;
  const { getMessage, getMap } = carrier as { getMessage?: () => unknown; getMap?: () => unknown };
  if (typeof getMessage === 'function') {
    const message = getMessage.call(carrier);
    return lowerCase(fieldOf(message, 'headers') ?? fieldOf(fieldOf(message, 'properties'), 'headers'));
  }
  return typeof getMap === 'function' ? lowerCase(getMap.call(carrier)) : NONE;
}

/** What a record's header can hold; anything else a transport allows is left out. */
export function lowerCase(headers: unknown): InboundHeaders {
  if (!isFields(headers)) return NONE;
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => (Array.isArray(value) ? value.every(isHeaderValue) : isHeaderValue(value)))
      .map(([name, value]) => [name.toLowerCase(), value]),
  ) as InboundHeaders;
}

function isHeaderValue(value: unknown): boolean {
  return typeof value === 'string' || value instanceof Uint8Array;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function fieldOf(value: unknown, name: string): unknown {
  return isFields(value) ? value[name] : undefined;
}
