import { ACL_OPERATIONS, CLUSTER_NAME, type AclOperation, type AclResourceType } from './acl.js';
import type { Authorizer, Requester } from './authorizer.js';

/** What can be done to resources of a type: the bits of "authorized operations". */
const SUPPORTED: Readonly<Record<AclResourceType, readonly AclOperation[]>> = {
  topic: ['read', 'write', 'create', 'describe', 'delete', 'alter', 'describeConfigs', 'alterConfigs'],
  group: ['read', 'describe', 'delete', 'describeConfigs', 'alterConfigs'],
  cluster: ['create', 'clusterAction', 'describeConfigs', 'alterConfigs', 'idempotentWrite', 'alter', 'describe'],
  transactionalId: ['describe', 'write', 'twoPhaseCommit'],
};

/** What the client of one request may do. */
export class Access {
  constructor(
    readonly authorizer: Authorizer | undefined,
    readonly who: Requester,
  ) {}

  may(operation: AclOperation, type: AclResourceType, name: string): boolean {
    return this.authorizer?.may(this.who, operation, type, name) ?? true;
  }

  mayOnCluster(operation: AclOperation): boolean {
    return this.may(operation, 'cluster', CLUSTER_NAME);
  }

  /** Whether there can be a resource on which it may. */
  mayOnAny(operation: AclOperation, type: AclResourceType): boolean {
    return this.authorizer?.mayOnAny(this.who, operation, type) ?? true;
  }

  /** A bit for each operation that is allowed, as Kafka's clients ask for them. */
  operationsOn(type: AclResourceType, name: string): number {
    let bits = 0;
    for (const operation of SUPPORTED[type])
      if (this.may(operation, type, name)) bits |= 1 << ACL_OPERATIONS[operation];
    return bits;
  }

  /** Nothing when it may not even see the cluster. */
  get operationsOnCluster(): number {
    return this.mayOnCluster('describe') ? this.operationsOn('cluster', CLUSTER_NAME) : 0;
  }
}
