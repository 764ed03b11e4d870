/**
 * What a method certainly returns instead of a promise, by the type TypeScript recorded; `undefined` when it proves nothing.
 *
 * Proof are primitives, arrays and classes without a `then`. `Object` is any interface or union, and nothing at all is a method without a declared
 * type, which may return a promise.
 */
export function provenSync(prototype: object, method: string | symbol): string | undefined {
  const type = returnType(prototype, method);
  if (type === undefined || type === Object || type === Function) return undefined;
  const instances = type.prototype as { then?: unknown } | undefined;
  return instances === undefined || typeof instances.then === 'function' ? undefined : type.name;
}

/** Whether the method is declared to return an Observable. TypeScript records the type before the decorators run. */
export function returnsObservable(prototype: object, method: string | symbol): boolean {
  const instances = returnType(prototype, method)?.prototype as { subscribe?: unknown; then?: unknown } | undefined;
  return typeof instances?.subscribe === 'function' && typeof instances.then !== 'function';
}

/** For methods that give a stream. */
export const OBSERVABLE_REMEDY = 'Let an async method return firstValueFrom(observable), or emit from what subscribes.';

function returnType(prototype: object, method: string | symbol): Function | undefined {
  const type: unknown = Reflect.getMetadata('design:returntype', prototype, method);
  return typeof type === 'function' ? type : undefined;
}
