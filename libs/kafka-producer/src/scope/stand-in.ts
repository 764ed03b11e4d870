/**
 * Puts another function under a key of somebody's object.
 *
 * @returns puts back what was there, which has to happen in the reverse order when several stand in for one another
 */
export function standIn(object: object, key: string, make: (before: Function) => Function): () => void {
  const own = Object.getOwnPropertyDescriptor(object, key);
  const value = make(Reflect.get(object, key) as Function);
  Object.defineProperty(object, key, {
    value,
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
  return () => {
    if (own === undefined) Reflect.deleteProperty(object, key);
    else Object.defineProperty(object, key, own);
  };
}

/** Makes a function pass for another one: it has its name, its metadata, and whatever else hangs on it. */
export function disguised<T extends Function>(standsIn: T, original: Function): T {
  Object.setPrototypeOf(standsIn, original);
  return Object.defineProperty(standsIn, 'name', { value: original.name, configurable: true });
}
