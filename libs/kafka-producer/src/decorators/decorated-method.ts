import { InvalidMethodError } from '../errors/program.errors.js';

/** A method as a legacy decorator gets it. */
export interface DecoratedMethod {
  readonly prototype: object;
  readonly name: string | symbol;
  readonly descriptor: TypedPropertyDescriptor<(...args: never[]) => unknown>;
  readonly original: (this: unknown, ...args: unknown[]) => unknown;
  /** For messages. */
  readonly host: string;
}

/**
 * Refuses, while the class is being defined, what cannot be wrapped.
 *
 * @throws InvalidMethodError with what to do instead
 */
export function decoratedMethod(
  decorator: string,
  target: unknown,
  key: unknown,
  descriptor: unknown,
): DecoratedMethod {
  const name = typeof key === 'string' || typeof key === 'symbol' ? key : nameInContext(key);
  const host = hostName(target);
  const refuse = (reason: string, remedy?: string): never => {
    throw new InvalidMethodError({ host, method: String(name), reason, ...(remedy !== undefined && { remedy }) });
  };
  if (isStandardContext(key)) {
    refuse('it was called as a standard decorator', `Compile with "experimentalDecorators": true, as Nest does.`);
  }
  if (key === undefined && typeof target === 'function') {
    throw new InvalidMethodError({
      host,
      method: '',
      reason: 'it is a class',
      remedy: `Put @${decorator} on its methods.`,
    });
  }
  if (typeof descriptor === 'number') refuse('it is a parameter', `Put @${decorator} on the method itself.`);
  if (typeof target === 'function') refuse('it is static, so no instance and no container belongs to it');
  const given = descriptor as DecoratedMethod['descriptor'] | undefined;
  if (given === undefined)
    refuse('it is a property', `Put @${decorator} on a method, not on a property that holds a function.`);
  if (given!.get !== undefined || given!.set !== undefined) refuse('it is an accessor');
  const original = given!.value;
  if (typeof original !== 'function') refuse('it is no method');
  if (GENERATORS.has(Object.prototype.toString.call(original))) {
    refuse('it is a generator', 'Let an async method return an array, and decorate it with { each: true }.');
  }
  return {
    prototype: target as object,
    name,
    descriptor: given!,
    original: original as unknown as DecoratedMethod['original'],
    host,
  };
}

const GENERATORS: ReadonlySet<string> = new Set(['[object GeneratorFunction]', '[object AsyncGeneratorFunction]']);

function isStandardContext(key: unknown): key is { readonly kind: string; readonly name: unknown } {
  return typeof key === 'object' && key !== null && 'kind' in key;
}

function nameInContext(key: unknown): string {
  return isStandardContext(key) ? String(key.name) : String(key);
}

function hostName(target: unknown): string {
  if (typeof target === 'function') return target.name || 'a class';
  const { constructor } = (target ?? {}) as { constructor?: { name?: string } };
  return constructor?.name || 'a class';
}
