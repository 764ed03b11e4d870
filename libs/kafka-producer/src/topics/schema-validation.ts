import { PayloadValidationError } from '../errors/record.errors.js';
import type { ValidPayload } from '../serialization/own-payload.js';
import { isThenable } from '../serialization/value.serializer.js';
import { pathInto } from './payload-path.js';
import type { PayloadValidation } from './payload-validation.js';
import type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.js';

/** By a Standard Schema. Its output is what is sent. Waits only where the schema does. */
export class SchemaValidation implements PayloadValidation {
  readonly #schema: StandardSchema;

  constructor(schema: StandardSchema) {
    this.#schema = schema;
  }

  validate(payload: unknown, topic: string): ValidPayload | Promise<ValidPayload> {
    const result = this.#schema['~standard'].validate(payload);
    return isThenable(result) ? result.then((late) => valid(late, topic)) : valid(result, topic);
  }

  async prepare(): Promise<void> {}
}

function valid(result: StandardResult<unknown>, topic: string): ValidPayload {
  if (result.issues === undefined) return result;
  throw new PayloadValidationError({
    topic,
    problems: result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message })),
  });
}

function pathOf({ path = [] }: StandardIssue): string {
  return path.reduce<string>((whole, step) => pathInto(whole, typeof step === 'object' ? step.key : step), '');
}
