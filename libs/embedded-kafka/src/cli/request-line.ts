import type { LoggedRequest } from '../broker/request-log.js';

/** A request on one line: when, where, what, from whom, how much. */
export function requestLine(request: LoggedRequest): string {
  const { broker, api, apiVersion, clientId, sizeBytes, receivedAtMs, batches, recordCount } = request;
  const at = new Date(receivedAtMs).toISOString();
  const carried =
    batches === undefined
      ? ''
      : `, ${recordCount} records for ${batches.map(({ topic, partition }) => `${topic}-${partition}`).join(' ')}`;
  return `${at} broker ${broker}: ${api} v${apiVersion} from ${JSON.stringify(clientId)}, ${sizeBytes} B${carried}`;
}
