import { errorCode } from 'kafka-wire';

/** Older clients do not know PRODUCER_FENCED: they are told that their epoch is not valid. @param sinceVersion the first that knows it */
export function fencedAs(code: number, apiVersion: number, sinceVersion: number): number {
  const isTooNew = code === errorCode('PRODUCER_FENCED') && apiVersion < sinceVersion;
  return isTooNew ? errorCode('INVALID_PRODUCER_EPOCH') : code;
}
