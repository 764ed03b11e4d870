import { isMessage } from './topic-entries.js';

/** What a request may name besides topics. */
export type IdKind = 'transactionalId' | 'groupId';

/** Fields that hold one id or a list of them, as Kafka's tables name them. */
const FIELDS: Readonly<Record<IdKind, readonly string[]>> = {
  transactionalId: ['transactionalId', 'v3AndBelowTransactionalId', 'transactionalIds'],
  groupId: ['groupId', 'groups', 'groupsNames'],
};

/** FindCoordinator alone says with a number what its keys are. */
const KEY_TYPES: Readonly<Record<IdKind, number>> = { groupId: 0, transactionalId: 1 };
const COORDINATOR_FIELDS: readonly string[] = ['key', 'coordinatorKeys'];

/** Whether a decoded request names that transactional id or group, at any depth. */
export function namesId(body: unknown, kind: IdKind, id: string): boolean {
  if (Array.isArray(body)) return body.some((element) => namesId(element, kind, id));
  if (!isMessage(body)) return false;
  const fields = body['keyType'] === KEY_TYPES[kind] ? COORDINATOR_FIELDS : FIELDS[kind];
  return Object.entries(body).some(([field, value]) => {
    const isNamed = fields.includes(field) && (value === id || (Array.isArray(value) && value.includes(id)));
    return isNamed || namesId(value, kind, id);
  });
}

/** Whether the field of a request's table can hold such an id. */
export function holdsId(field: string, kind: IdKind): boolean {
  return FIELDS[kind].includes(field) || COORDINATOR_FIELDS.includes(field);
}
