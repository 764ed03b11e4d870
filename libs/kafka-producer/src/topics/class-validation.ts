import { validate, type ValidationError, type ValidatorOptions } from 'class-validator';

import { InvalidTopicError } from '../errors/program.errors.js';
import { PayloadValidationError, type PayloadProblem } from '../errors/record.errors.js';
import type { ValidPayload } from '../serialization/own-payload.js';
import { describeType } from '../serialization/value.serializer.js';
import { toInstance, type Transformer } from './class-transformation.js';
import { pathInto } from './payload-path.js';
import type { PayloadValidation } from './payload-validation.js';

/** A class whose properties carry the decorators of class-validator. */
export type PayloadClass<P> = new (...args: never[]) => P;

/** Nothing of the payload may get into an error. */
const OPTIONS: ValidatorOptions = { whitelist: true, validationError: { target: false, value: false } };

/**
 * By a class with decorators of class-validator: a plain payload becomes an instance of it, unknown properties are stripped, the instance is sent. The
 * caller's object stays as it is, since all of that happens to a copy.
 *
 * Always asynchronous: any constraint may return a promise, and it shows only when it is called. Its name says nothing, an application may use one of
 * class-validator's.
 *
 * class-transformer is an optional peer of an ES module, so it can only be loaded asynchronously: at bootstrap where the contract is known there, else by
 * the first record.
 */
export class ClassValidation implements PayloadValidation {
  readonly #topic: string;
  readonly #type: PayloadClass<object>;
  readonly #load: () => Promise<Transformer>;
  #transformer: Transformer | undefined;

  constructor(topic: string, type: PayloadClass<object>, load = loadTransformer) {
    this.#topic = topic;
    this.#type = type;
    this.#load = load;
  }

  async prepare(): Promise<void> {
    if (this.#transformer !== undefined) return;
    try {
      this.#transformer = await this.#load();
    } catch (cause) {
      throw notLoaded(this.#topic, this.#type, cause);
    }
  }

  validate(payload: unknown, topic: string): Promise<ValidPayload> {
    if (this.#transformer === undefined) return this.prepare().then(() => this.validate(payload, topic));
    const instance = this.#instance(payload, topic, this.#transformer);
    return validate(instance, OPTIONS).then((errors) => valid(instance, errors, topic));
  }

  #instance(payload: unknown, topic: string, transformer: Transformer): object {
    if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
      const given = Array.isArray(payload) ? 'an array' : describeType(payload);
      const message = `must be an object that has the properties of ${this.#type.name}, not ${given}`;
      throw new PayloadValidationError({ topic, problems: [{ path: '', message }] });
    }
    return toInstance(this.#type, payload, transformer);
  }
}

async function loadTransformer(): Promise<Transformer> {
  return await import('class-transformer');
}

function notLoaded(topic: string, { name }: PayloadClass<object>, cause: unknown): InvalidTopicError {
  const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
  const message = `${name} is a class, which needs the package class-transformer, and that could not be loaded: ${why}`;
  const remedy = 'Install it: npm install class-transformer.';
  return new InvalidTopicError({ topic, problems: [{ path: 'payload', message }], remedy, cause });
}

function valid(value: object, errors: readonly ValidationError[], topic: string): ValidPayload {
  if (errors.length === 0) return { value };
  throw new PayloadValidationError({ topic, problems: problemsOf(errors, '') });
}

function problemsOf(errors: readonly ValidationError[], path: string): PayloadProblem[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    // Undefined for an object of a class without rules.
    const at = (property as string | undefined) === undefined ? path : pathInto(path, property);
    const own = Object.values(constraints).map((message) => ({ path: at, message }));
    return [...own, ...problemsOf(children, at)];
  });
}
