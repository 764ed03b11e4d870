import { expect } from 'vitest';

import { PayloadValidationError } from '../../errors/record.errors.js';

/** What a payload was refused with. */
export async function failureOf(sent: Promise<unknown>): Promise<PayloadValidationError> {
  const error: unknown = await sent.then(
    () => new Error('it was sent'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PayloadValidationError);
  return error as PayloadValidationError;
}
