import type { RecordHeaders } from './header-list.js';

/** A payload that was validated: what the schema made of it. */
export interface ValidPayload {
  readonly value: unknown;
}

/** What a contract that validates does with the payload of a record, when the record is sent. One per contract. */
export interface PayloadContract {
  /**
   * @param topic as it is in Kafka, for messages
   * @returns a promise only when validation has to wait for something
   * @throws PayloadValidationError with all problems; also as the rejection
   */
  validate(payload: unknown, topic: string): ValidPayload | Promise<ValidPayload>;
  /** The key of a record that names none itself. @throws InvalidRecordError */
  key(value: unknown, topic: string): string | Uint8Array | null;
  /** Headers for the names that the record does not have itself. @throws InvalidRecordError */
  headers(value: unknown, topic: string): RecordHeaders | undefined;
  /** Loads what validation needs. @throws InvalidTopicError when that is not installed */
  prepare(): Promise<void>;
}

/**
 * Where a record carries the validation of the contract it was made by, and a contract its own.
 *
 * A symbol, so that it is no field of the record, and enumerable, so that `{ ...orderPlaced(event), partition: 1 }` keeps it.
 */
export const OWN_PAYLOAD: unique symbol = Symbol.for('nestjs-kafka-producer/payload');

export interface OwnPayload {
  readonly [OWN_PAYLOAD]?: PayloadContract;
}
