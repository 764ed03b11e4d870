import { apiByKey, type ApiName } from 'kafka-wire';

/** What a proxy reads of a request. */
export interface RequestStart {
  /** Undefined for one that `kafka-wire` does not know. */
  readonly api: ApiName | undefined;
  readonly apiVersion: number;
}

/** @param frame without its size */
export function requestStart(frame: Buffer): RequestStart {
  return { api: apiByKey(frame.readInt16BE(0))?.name, apiVersion: frame.readInt16BE(2) };
}
