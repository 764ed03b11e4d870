/**
 * Puts another function under a key of somebody's object.
 *
 * @returns puts back what was there, which has to happen in the reverse order when several stand in for one another. `undefined`: the object does not take
 * it, or shows something else, as a proxy may
 */
export function standIn(object: object, key: string, make: (before: Function) => Function): (() => void) | undefined {
  const own = Object.getOwnPropertyDescriptor(object, key);
  const value = make(Reflect.get(object, key) as Function);
  const isTaken = Reflect.defineProperty(object, key, {
    value,
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
  if (!isTaken) return undefined;
  const putBack = (): void => {
    if (own === undefined) Reflect.deleteProperty(object, key);
    else Object.defineProperty(object, key, own);
  };
  if (Reflect.get(object, key) === value) return putBack;
  putBack();
  return undefined;
}

/** Makes a function pass for another one: it has its name, its metadata, and whatever else hangs on it. */
export function disguised<T extends Function>(standsIn: T, original: Function): T {
  Object.setPrototypeOf(standsIn, original);
  return Object.defineProperty(standsIn, 'name', { value: original.name, configurable: true });
}
