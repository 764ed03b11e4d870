import { errorCode, type ErrorName } from 'kafka-wire';

/** Why something was not done, in Kafka's terms. */
export interface Refusal {
  readonly errorCode: number;
  readonly message: string;
  /** The records because of which a whole batch is refused (KIP-467). */
  readonly recordErrors?: readonly RecordError[];
}

export interface RecordError {
  /** Position in the batch, from 0. */
  readonly batchIndex: number;
  readonly batchIndexErrorMessage: string;
}

export function refusal(name: ErrorName, message: string): Refusal {
  return { errorCode: errorCode(name), message };
}

export function isRefusal<T extends object>(outcome: T | Refusal): outcome is Refusal {
  return 'errorCode' in outcome && 'message' in outcome;
}
