import type { ValidPayload } from '../serialization/own-payload.js';

/** Makes of a payload what is sent, or says what is wrong with it. */
export interface PayloadValidation {
  /** @throws PayloadValidationError with all problems, or whatever else goes wrong; also as the rejection */
  validate(payload: unknown, topic: string): ValidPayload | Promise<ValidPayload>;
  /** Loads what it needs, at bootstrap. @throws InvalidTopicError when that is not installed */
  prepare(): Promise<void>;
}
