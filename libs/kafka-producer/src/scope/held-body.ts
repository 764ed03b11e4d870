import { StreamableFile } from '@nestjs/common';

/** A stream of Node, as far as it matters here. Not known by its class: `readable-stream` has its own. */
interface NodeStream {
  on(event: 'error', listener: () => void): unknown;
  destroy(): unknown;
}

/** Before a body that is kept back: a stream that fails meanwhile would end the process if nobody listened. Whoever reads it has its error all the same. */
export function holdBody(value: unknown): void {
  if (isNodeStream(value)) value.on('error', () => {});
}

/** Of what is not sent: it would keep its file open. */
export function releaseBody(value: unknown): void {
  if (value instanceof StreamableFile) value.getStream().destroy();
  else if (isNodeStream(value)) value.destroy();
  else if (value instanceof Response) releaseBody(value.body);
  else if (value instanceof ReadableStream) value.cancel().catch(() => {}); // somebody reads it already
}

/** By more than `destroy()`, which an entity of a database may have too. */
function isNodeStream(value: unknown): value is NodeStream {
  if (typeof value !== 'object' || value === null || !(Symbol.asyncIterator in value)) return false;
  return ['on', 'pipe', 'destroy'].every((name) => typeof Reflect.get(value, name) === 'function');
}
