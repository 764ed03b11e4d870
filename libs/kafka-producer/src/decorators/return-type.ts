/**
 * What a method certainly returns instead of a promise, by the type TypeScript recorded; `undefined` when it proves nothing.
 *
 * Proof are primitives, arrays and classes without a `then`. `Object` is any interface or union, and nothing at all is a method without a declared
 * type, which may return a promise.
 */
export function provenSync(prototype: object, method: string | symbol): string | undefined {
  const type: unknown = Reflect.getMetadata('design:returntype', prototype, method);
  if (typeof type !== 'function' || type === Object || type === Function) return undefined;
  const instances = type.prototype as { then?: unknown } | undefined;
  return instances === undefined || typeof instances.then === 'function' ? undefined : type.name;
}
