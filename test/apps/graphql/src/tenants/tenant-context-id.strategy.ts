import { ContextIdFactory, type ContextId, type ContextIdStrategy, type HostComponentInfo } from '@nestjs/core';
import type { TenantContext } from './tenant.js';

interface GraphqlContext {
  readonly req?: { readonly headers: Readonly<Record<string, string | string[] | undefined>> };
}

/** One tree of durable providers per tenant, instead of one per request. */
export class TenantContextIdStrategy implements ContextIdStrategy<GraphqlContext> {
  private readonly trees = new Map<string, ContextId>();

  attach(contextId: ContextId, { req }: GraphqlContext) {
    const header = req?.headers['x-tenant'];
    const tenant = typeof header === 'string' ? header : undefined;
    const tree = this.treeOf(tenant);
    return {
      resolve: ({ isTreeDurable }: HostComponentInfo) => (isTreeDurable ? tree : contextId),
      payload: { tenant } satisfies TenantContext,
    };
  }

  private treeOf(tenant = ''): ContextId {
    const tree = this.trees.get(tenant) ?? ContextIdFactory.create();
    this.trees.set(tenant, tree);
    return tree;
  }
}
