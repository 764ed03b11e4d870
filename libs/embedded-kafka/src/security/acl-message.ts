import {
  ACL_OPERATIONS,
  ACL_PATTERNS,
  ACL_PERMISSIONS,
  ACL_RESOURCE_TYPES,
  ANY,
  type Acl,
  type AclOperation,
  type AclPattern,
  type AclPermission,
  type AclResourceType,
} from './acl.js';

/** A rule in Kafka's messages: numbers for names. */
export interface AclEntry {
  readonly principal: string;
  readonly host: string;
  readonly operation: number;
  readonly permissionType: number;
}

/** A filter in Kafka's messages. Null and ANY match everything. */
export interface AclFilter {
  readonly resourceTypeFilter: number;
  readonly resourceNameFilter: string | null;
  readonly patternTypeFilter: number;
  readonly principalFilter: string | null;
  readonly hostFilter: string | null;
  readonly operation: number;
  readonly permissionType: number;
}

const ANY_NUMBER = 1;
/** Every pattern that is about a resource of that name: its own, a prefix of it, and the wildcard. */
const MATCH = 2;

const nameOf = <T extends string>(table: Readonly<Record<T, number>>, wanted: number): T | undefined =>
  (Object.keys(table) as T[]).find((name) => table[name] === wanted);

export const operationName = (code: number): AclOperation | undefined => nameOf(ACL_OPERATIONS, code);
export const resourceTypeName = (code: number): AclResourceType | undefined => nameOf(ACL_RESOURCE_TYPES, code);
export const patternName = (code: number): AclPattern | undefined => nameOf(ACL_PATTERNS, code);
export const permissionName = (code: number): AclPermission | undefined => nameOf(ACL_PERMISSIONS, code);

export function aclEntry({ principal, host, operation, permission }: Acl): AclEntry {
  return { principal, host, operation: ACL_OPERATIONS[operation], permissionType: ACL_PERMISSIONS[permission] };
}

export function aclResource({ resource: { type, name, pattern } }: Acl) {
  return { resourceType: ACL_RESOURCE_TYPES[type], resourceName: name, patternType: ACL_PATTERNS[pattern] };
}

/** Whether a filter has numbers that mean something. */
export function isSoundFilter({
  resourceTypeFilter,
  patternTypeFilter,
  operation,
  permissionType,
}: AclFilter): boolean {
  return [resourceTypeFilter, patternTypeFilter, operation, permissionType].every((code) => code >= ANY_NUMBER);
}

export function matchesFilter(acl: Acl, filter: AclFilter): boolean {
  const { principal, host, operation, permissionType } = aclEntry(acl);
  const is = (wanted: number, actual: number): boolean => wanted === ANY_NUMBER || wanted === actual;
  return (
    (filter.principalFilter === null || filter.principalFilter === principal) &&
    (filter.hostFilter === null || filter.hostFilter === host) &&
    is(filter.operation, operation) &&
    is(filter.permissionType, permissionType) &&
    is(filter.resourceTypeFilter, ACL_RESOURCE_TYPES[acl.resource.type]) &&
    matchesName(acl.resource, filter)
  );
}

function matchesName(
  { name, pattern }: Acl['resource'],
  { resourceNameFilter: wanted, patternTypeFilter }: AclFilter,
): boolean {
  const isPattern = patternTypeFilter <= MATCH || patternTypeFilter === ACL_PATTERNS[pattern];
  if (!isPattern) return false;
  if (wanted === null || wanted === name) return true;
  if (patternTypeFilter !== MATCH) return false;
  return pattern === 'prefixed' ? wanted.startsWith(name) : name === ANY;
}
