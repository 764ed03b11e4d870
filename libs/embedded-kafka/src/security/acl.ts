/** Kafka's operations and the numbers they have in its messages. */
export const ACL_OPERATIONS = {
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
  createTokens: 13,
  describeTokens: 14,
  twoPhaseCommit: 15,
} as const;
export const ACL_RESOURCE_TYPES = { topic: 2, group: 3, cluster: 4, transactionalId: 5 } as const;
export const ACL_PATTERNS = { literal: 3, prefixed: 4 } as const;
export const ACL_PERMISSIONS = { deny: 2, allow: 3 } as const;

export type AclOperation = keyof typeof ACL_OPERATIONS;
export type AclResourceType = keyof typeof ACL_RESOURCE_TYPES;
export type AclPattern = keyof typeof ACL_PATTERNS;
export type AclPermission = keyof typeof ACL_PERMISSIONS;

/** The only name a cluster has among the resources. */
export const CLUSTER_NAME = 'kafka-cluster';
/** As a host, or as the literal name of a resource: any. */
export const ANY = '*';
export const ANY_PRINCIPAL = 'User:*';

/** Something a rule is about. */
export interface AclResource {
  readonly type: AclResourceType;
  /** `'*'` means every name. @defaultValue 'kafka-cluster', for a cluster alone */
  readonly name?: string;
  /** `'prefixed'`: every name that begins with it. @defaultValue 'literal' */
  readonly pattern?: AclPattern;
}

export interface AclOptions {
  /** `User:alice`, or `User:*` for everybody. */
  readonly principal: string;
  readonly operation: AclOperation;
  readonly resource: AclResource;
  /** A denial wins over everything that allows. @defaultValue 'allow' */
  readonly permission?: AclPermission;
  /** Address of the client, or `*`. @defaultValue '*' */
  readonly host?: string;
}

/** A rule with nothing left out. */
export type Acl = Required<Omit<AclOptions, 'resource'>> & { readonly resource: Required<AclResource> };

export function aclOf({ permission = 'allow', host = ANY, resource, ...rest }: AclOptions): Acl {
  const { type, name = CLUSTER_NAME, pattern = 'literal' } = resource;
  return { ...rest, permission, host, resource: { type, name, pattern } };
}

/** What is wrong with a rule. */
export function aclProblem(acl: unknown): string | undefined {
  const { principal, operation, permission = 'allow', resource } = (acl ?? {}) as AclOptions;
  if (typeof principal !== 'string' || !/^\w+:./.test(principal)) return "needs a principal such as 'User:alice'";
  if (!Object.hasOwn(ACL_OPERATIONS, operation)) {
    return `needs an operation, one of ${Object.keys(ACL_OPERATIONS).join(', ')}`;
  }
  if (!Object.hasOwn(ACL_PERMISSIONS, permission)) return "has a permission that is neither 'allow' nor 'deny'";
  const { type, name, pattern = 'literal' } = resource ?? {};
  if (type === undefined || !Object.hasOwn(ACL_RESOURCE_TYPES, type)) {
    return `needs a resource with a type, one of ${Object.keys(ACL_RESOURCE_TYPES).join(', ')}`;
  }
  if (!Object.hasOwn(ACL_PATTERNS, pattern)) return "has a pattern that is neither 'literal' nor 'prefixed'";
  if (type === 'cluster')
    return (name ?? CLUSTER_NAME) === CLUSTER_NAME ? undefined : `can name no cluster but ${CLUSTER_NAME}`;
  return name ? undefined : 'needs the name of its resource';
}
