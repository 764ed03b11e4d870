import { errorCode, type ErrorName } from 'kafka-wire';

/** Why something was not done, in Kafka's terms. */
export interface Refusal {
  readonly errorCode: number;
  readonly message: string;
}

export function refusal(name: ErrorName, message: string): Refusal {
  return { errorCode: errorCode(name), message };
}

export function isRefusal<T extends object>(outcome: T | Refusal): outcome is Refusal {
  return 'errorCode' in outcome && 'message' in outcome;
}
