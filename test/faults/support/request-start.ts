import { apiByKey, type ApiName } from 'kafka-wire';

/** What a proxy reads of a request. */
export interface RequestStart {
  /** Undefined for one that `kafka-wire` does not know. */
  readonly api: ApiName | undefined;
  readonly apiVersion: number;
  readonly clientId: string;
}

/** Behind the key, the version, the correlation id and its own length. */
const CLIENT_ID_AT = 10;

/** @param frame without its size */
export function requestStart(frame: Buffer): RequestStart {
  const clientIdEnd = CLIENT_ID_AT + Math.max(0, frame.readInt16BE(CLIENT_ID_AT - 2));
  return {
    api: apiByKey(frame.readInt16BE(0))?.name,
    apiVersion: frame.readInt16BE(2),
    clientId: frame.toString('utf8', CLIENT_ID_AT, clientIdEnd),
  };
}
