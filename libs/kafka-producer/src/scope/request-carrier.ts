import type { ExecutionContext } from '@nestjs/common';

import type { HandlerTraits } from './handler-traits.js';

/** What graphql tells a resolver about its field. */
interface FieldInfo {
  readonly operation?: { readonly operation?: string };
  readonly path?: { readonly prev?: unknown };
}

/** Whether a scope may be opened here: in GraphQL around the fields of the root, one scope each. Fields below run when theirs has ended. */
export function isPlace(context: ExecutionContext): boolean {
  return context.getType<string>() !== 'graphql' || fieldInfo(context)?.path?.prev === undefined;
}

/** What has no response to wait before: SSE, subscriptions, everything of WebSockets. */
export function isStream(context: ExecutionContext, { kind }: HandlerTraits): boolean {
  if (kind === 'stream' || context.getType<string>() === 'ws') return true;
  return context.getType<string>() === 'graphql' && fieldInfo(context)?.operation?.operation === 'subscription';
}

/** What brought the request, by which a façade of the same request is known: it has the headers. */
export function carrierOf(context: ExecutionContext): unknown {
  switch (context.getType<string>()) {
    case 'http':
      return rawRequest(context.getArgByIndex(0));
    case 'rpc':
      return context.getArgByIndex(1);
    case 'graphql':
      return context.getArgByIndex(2);
    default:
      return undefined;
  }
}

/** Of what Nest injects as REQUEST: an HTTP request, the context of a message, a GraphQL context. */
export function carrierOfRequest(request: unknown): unknown {
  const { getContext, getPattern } = (request ?? {}) as { getContext?: () => unknown; getPattern?: unknown };
  if (typeof getContext === 'function' && typeof getPattern === 'function') return getContext.call(request);
  return rawRequest(request);
}

/** The same for what kind of request it is, as far as its shape tells. */
export function originOfRequest(request: unknown): string {
  const { getPattern, headers } = (request ?? {}) as { readonly getPattern?: unknown; readonly headers?: unknown };
  if (typeof getPattern === 'function') return 'rpc';
  return headers === undefined ? 'graphql' : 'http';
}

/** Fastify has a request of its own around Node's; middleware sees the inner one. */
export function rawRequest(request: unknown): unknown {
  const { raw } = (request ?? {}) as { readonly raw?: unknown };
  return typeof raw === 'object' && raw !== null ? raw : request;
}

function fieldInfo(context: ExecutionContext): FieldInfo | undefined {
  return context.getArgByIndex<FieldInfo | undefined>(3);
}
