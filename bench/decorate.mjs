import 'reflect-metadata';

/**
 * Applies decorators to a method as TypeScript compiles them, with the types it would emit: an async method with parameters that are interfaces.
 *
 * @param {Function} constructor
 * @param {string} name
 * @param {((target: object, key: string, descriptor: PropertyDescriptor) => PropertyDescriptor | void)[]} decorators from top to bottom
 */
export function decorateMethod({ prototype }, name, ...decorators) {
  const method = prototype[name];
  Reflect.defineMetadata('design:type', Function, prototype, name);
  Reflect.defineMetadata('design:paramtypes', Array(method.length).fill(Object), prototype, name);
  Reflect.defineMetadata('design:returntype', Promise, prototype, name);
  for (const decorator of decorators.toReversed()) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    Object.defineProperty(prototype, name, decorator(prototype, name, descriptor) ?? descriptor);
  }
}

/**
 * Applies decorators to a class whose constructor takes instances of these classes.
 *
 * @param {Function} constructor
 * @param {Function[]} parameters
 * @param {((constructor: Function) => void)[]} decorators
 */
export function decorateClass(constructor, parameters, ...decorators) {
  Reflect.defineMetadata('design:paramtypes', parameters, constructor);
  for (const decorator of decorators.toReversed()) decorator(constructor);
}
