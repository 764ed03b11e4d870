import { aclOf, aclProblem, type Acl, type AclOptions, type AclResource } from './acl.js';

/** Rules to remove: those that are equal in everything it names. */
export interface AclMatch extends Partial<Omit<AclOptions, 'resource'>> {
  readonly resource?: Partial<AclResource>;
}

/** The access rules of a cluster. A change holds from the next request on. */
export class Acls {
  #all: readonly Acl[] = [];

  /** Every rule, in the order they were added. */
  get all(): readonly Acl[] {
    return this.#all;
  }

  /**
   * Adds rules; one that is there already is not added twice.
   *
   * @throws RangeError for one that cannot be meant
   */
  add(...acls: readonly AclOptions[]): void {
    const problem = acls.map(aclProblem).find((one) => one !== undefined);
    if (problem !== undefined) throw new RangeError(`a rule ${problem}`);
    for (const acl of acls.map(aclOf)) if (!this.#has(acl)) this.#all = [...this.#all, acl];
  }

  /** Removes the rules that match; tells which they were. */
  remove(match: AclMatch | ((acl: Acl) => boolean)): Acl[] {
    const isMatching = typeof match === 'function' ? match : (acl: Acl) => isEqualIn(match, acl);
    const removed = this.#all.filter((acl) => isMatching(acl));
    this.#all = this.#all.filter((acl) => !removed.includes(acl));
    return removed;
  }

  #has(acl: Acl): boolean {
    return this.#all.some((one) => isEqualIn(acl, one));
  }
}

function isEqualIn({ resource = {}, ...rest }: AclMatch, acl: Acl): boolean {
  const isEqual = (wanted: object, actual: object): boolean =>
    Object.entries(wanted).every(
      ([field, value]) => value === undefined || value === (actual as Record<string, unknown>)[field],
    );
  return isEqual(rest, acl) && isEqual(resource, acl.resource);
}
