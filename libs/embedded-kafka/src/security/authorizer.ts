import { ANY, ANY_PRINCIPAL, type Acl, type AclOperation, type AclResourceType } from './acl.js';
import type { Acls } from './acls.js';

/** Who asks. */
export interface Requester {
  readonly principal: string;
  readonly host: string;
}

export interface AuthorizerSettings {
  /** Principals that may do everything (`super.users`). */
  readonly superUsers: readonly string[];
  /** Whether everybody may use what no rule is about (`allow.everyone.if.no.acl.found`). */
  readonly allowEveryoneIfNoAcl: boolean;
}

/** What an operation that is allowed also allows. A denial implies nothing. */
const IMPLIED_BY: Partial<Record<AclOperation, readonly AclOperation[]>> = {
  describe: ['read', 'write', 'delete', 'alter'],
  describeConfigs: ['alterConfigs'],
};

/** Decides as Kafka's StandardAuthorizer: a super user may do all; one denial forbids; else one rule must allow. */
export class Authorizer {
  constructor(
    readonly acls: Acls,
    readonly settings: AuthorizerSettings,
  ) {}

  may(who: Requester, operation: AclOperation, type: AclResourceType, name: string): boolean {
    if (this.settings.superUsers.includes(who.principal)) return true;
    const about = this.acls.all.filter((acl) => isAbout(acl, type, name));
    const results = about.filter((acl) => isFor(acl, who) && covers(acl, operation));
    if (results.some(({ permission }) => permission === 'deny')) return false;
    return results.length > 0 || (about.length === 0 && this.settings.allowEveryoneIfNoAcl);
  }

  /** Whether there can be a resource of that type on which this is allowed (the default of Kafka's interface Authorizer). */
  mayOnAny(who: Requester, operation: AclOperation, type: AclResourceType): boolean {
    // A name nobody has a rule for: shows super users, and rules for every name.
    if (this.may(who, operation, type, 'hardcode')) return true;
    const rules = this.acls.all.filter(
      (acl) =>
        acl.resource.type === type && isFor(acl, who) && (acl.operation === operation || acl.operation === 'all'),
    );
    const denied = rules.filter(({ permission }) => permission === 'deny');
    return rules.some((rule) => rule.permission === 'allow' && !denied.some((denial) => isDominated(rule, denial)));
  }
}

function isAbout({ resource }: Acl, type: AclResourceType, name: string): boolean {
  if (resource.type !== type) return false;
  if (resource.pattern === 'prefixed') return name.startsWith(resource.name);
  return resource.name === name || resource.name === ANY;
}

function isFor({ principal, host }: Acl, who: Requester): boolean {
  return (principal === who.principal || principal === ANY_PRINCIPAL) && (host === who.host || host === ANY);
}

function covers({ operation, permission }: Acl, wanted: AclOperation): boolean {
  if (operation === wanted || operation === 'all') return true;
  return permission === 'allow' && (IMPLIED_BY[wanted]?.includes(operation) ?? false);
}

/** Whether everything a rule allows is denied again. */
function isDominated({ resource: allowed }: Acl, { resource: denied }: Acl): boolean {
  const isAnyName = (resource: Acl['resource']): boolean => resource.pattern === 'literal' && resource.name === ANY;
  if (isAnyName(denied)) return true;
  if (isAnyName(allowed)) return false;
  if (denied.pattern === 'prefixed') return allowed.name.startsWith(denied.name);
  return allowed.pattern === 'literal' && allowed.name === denied.name;
}
