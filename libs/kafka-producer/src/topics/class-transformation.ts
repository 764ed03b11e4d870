import { BytesPassage } from './class-bytes.js';
import { ClassCopy } from './class-copy.js';
import { nestedProperties } from './class-rules.js';

type PayloadClass = new (...args: never[]) => object;

/** What is used of class-transformer. */
export interface Transformer {
  plainToInstance(type: PayloadClass, plain: unknown): object;
  plainToClassFromExist(instance: object, plain: unknown): object;
}

/** @returns an instance, which shares nothing with the payload that validation may change */
export function toInstance(type: PayloadClass, payload: object, transformer: Transformer): object {
  if (!(payload instanceof type)) return transformed(payload, (copy) => transformer.plainToInstance(type, copy));
  const copy = new ClassCopy().of(payload);
  completeNested(copy, transformer);
  return copy;
}

/** Of a copy: a transformation may return a part of what it was given, and a discriminator is deleted from it. */
function transformed(plain: object, transform: (copy: object) => object): object {
  const bytes = new BytesPassage();
  const instance = transform(new ClassCopy(bytes.enter).of(plain));
  bytes.leave(instance);
  return instance;
}

/** Plain objects that stand where an instance has nested ones become instances too. */
function completeNested(instance: object, transformer: Transformer): void {
  const complete = (name: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((each) => complete(name, each));
    if (typeof value !== 'object' || value === null) return value;
    if (isPlain(value)) return nestedInstance(instance, name, value, transformer);
    completeNested(value, transformer);
    return value;
  };
  for (const name of nestedProperties(instance.constructor)) {
    const property = Reflect.getOwnPropertyDescriptor(instance, name);
    if (property !== undefined && 'value' in property) Reflect.set(instance, name, complete(name, property.value));
  }
}

/** The class of a nested object is known to class-transformer only, by the property of its parent, of which no constructor may run. */
function nestedInstance(parent: object, name: string, plain: object, transformer: Transformer): unknown {
  const bare = Object.create(Object.getPrototypeOf(parent) as object) as object;
  const made = transformed({ [name]: plain }, (copy) => transformer.plainToClassFromExist(bare, copy));
  return (made as Record<string, unknown>)[name] ?? plain;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
