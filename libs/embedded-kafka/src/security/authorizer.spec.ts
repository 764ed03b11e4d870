import { describe, expect, it } from 'vitest';

import type { AclOptions } from './acl.js';
import { Acls } from './acls.js';
import { Authorizer } from './authorizer.js';

const ALICE = { principal: 'User:alice', host: '127.0.0.1' };
const topic = (name: string, pattern?: 'prefixed') => ({ type: 'topic', name, ...(pattern && { pattern }) }) as const;
const rule = (more: Partial<AclOptions>): AclOptions => ({
  principal: 'User:alice',
  operation: 'read',
  resource: topic('orders'),
  ...more,
});

function authorizer(rules: readonly Partial<AclOptions>[], settings = {}): Authorizer {
  const acls = new Acls();
  acls.add(...rules.map(rule));
  return new Authorizer(acls, { superUsers: [], allowEveryoneIfNoAcl: false, ...settings });
}

describe('Authorizer', () => {
  it.each<[what: string, rules: Partial<AclOptions>[], may: boolean]>([
    ['without a rule', [], false],
    ['by its name', [{}], true],
    ['by a prefix', [{ resource: topic('ord', 'prefixed') }], true],
    ['by every name', [{ resource: topic('*') }], true],
    ['by a longer prefix', [{ resource: topic('orders-', 'prefixed') }], false],
    ['by a literal that is a prefix', [{ resource: topic('ord') }], false],
    ['as everybody', [{ principal: 'User:*' }], true],
    ['as somebody else', [{ principal: 'User:bob' }], false],
    ['from its address', [{ host: '127.0.0.1' }], true],
    ['from another address', [{ host: '10.0.0.1' }], false],
    ['by all operations', [{ operation: 'all' }], true],
    ['by another operation', [{ operation: 'write' }], false],
    ['with a denial', [{}, { permission: 'deny' }], false],
    ['with a denial for a prefix', [{}, { permission: 'deny', resource: topic('o', 'prefixed') }], false],
    ['with a denial for everybody', [{}, { permission: 'deny', principal: 'User:*', operation: 'all' }], false],
    ['with a denial from elsewhere', [{}, { permission: 'deny', host: '10.0.0.1' }], true],
    ['with a denial of something else', [{}, { permission: 'deny', operation: 'describe' }], true],
  ])('decides %s', (_what, rules, may) => {
    expect(authorizer(rules).may(ALICE, 'read', 'topic', 'orders')).toBe(may);
  });

  it.each([
    ['read', 'describe', true],
    ['write', 'describe', true],
    ['create', 'describe', false],
    ['alterConfigs', 'describeConfigs', true],
    ['read', 'describeConfigs', false],
  ] as const)('takes the right to %s for one to %s: %s', (operation, implied, may) => {
    expect(authorizer([{ operation }]).may(ALICE, implied, 'topic', 'orders')).toBe(may);
  });

  it('denies nothing that a denial would imply', () => {
    const rules = [{ operation: 'describe' }, { operation: 'read', permission: 'deny' }] as const;
    expect(authorizer(rules).may(ALICE, 'describe', 'topic', 'orders')).toBe(true);
  });

  it('lets everybody use what no rule is about, when it is told to', () => {
    const lenient = authorizer([{ principal: 'User:bob' }], { allowEveryoneIfNoAcl: true });
    expect(lenient.may(ALICE, 'read', 'topic', 'payments')).toBe(true);
    expect(lenient.may(ALICE, 'read', 'topic', 'orders')).toBe(false);
  });

  it('lets super users do what is denied', () => {
    const settings = { superUsers: ['User:alice'] };
    expect(authorizer([{ permission: 'deny' }], settings).may(ALICE, 'read', 'topic', 'orders')).toBe(true);
  });

  it.each<[what: string, rules: Partial<AclOptions>[], may: boolean]>([
    ['without a rule', [], false],
    ['with one for a topic', [{}], true],
    ['with one for another operation', [{ operation: 'write' }], false],
    ['with one for a group', [{ resource: { type: 'group', name: 'orders' } }], false],
    ['with one that is denied again', [{}, { permission: 'deny' }], false],
    ['with one whose prefix is denied', [{}, { permission: 'deny', resource: topic('ord', 'prefixed') }], false],
    ['with one besides a denial', [{}, { permission: 'deny', resource: topic('payments') }], true],
    ['with every name but one', [{ resource: topic('*') }, { permission: 'deny' }], true],
    ['with every name denied', [{}, { permission: 'deny', resource: topic('*') }], false],
  ])('finds a topic that may be read, %s', (_what, rules, may) => {
    expect(authorizer(rules).mayOnAny(ALICE, 'read', 'topic')).toBe(may);
  });
});

describe('Acls', () => {
  it('has each rule once, and removes those that match', () => {
    const acls = new Acls();
    acls.add(rule({}), rule({ permission: 'allow', host: '*' }), rule({ operation: 'write' }), rule({ host: '::1' }));
    expect(acls.all).toHaveLength(3);
    expect(acls.remove({ operation: 'read', resource: { name: 'orders' } })).toHaveLength(2);
    expect(acls.all.map(({ operation }) => operation)).toEqual(['write']);
  });

  it('takes no rule that cannot be meant', () => {
    expect(() => new Acls().add(rule({ principal: 'alice' }))).toThrow("needs a principal such as 'User:alice'");
    expect(() => new Acls().add(rule({ operation: 'drink' as 'read' }))).toThrow(
      'needs an operation, one of all, read',
    );
    expect(() => new Acls().add(rule({ resource: { type: 'topic' } }))).toThrow('needs the name of its resource');
    expect(() => new Acls().add(rule({ resource: { type: 'cluster', name: 'x' } }))).toThrow('can name no cluster but');
  });
});
