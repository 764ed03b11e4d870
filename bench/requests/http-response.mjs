const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * Of a response that says its length, as Nest's to an object do.
 *
 * @param {Buffer} bytes received so far, from the response's first
 * @returns {{ status: number, sizeBytes: number } | undefined} undefined until all of it is there
 * @throws {Error} for another kind of response
 */
export function responseIn(bytes) {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = bytes.latin1Slice(0, headEnd);
  const length = LENGTH.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 ') || length === undefined)
    throw new Error(`Not a response of HTTP/1.1 that says its length: ${head}`);
  const sizeBytes = headEnd + HEAD_END.length + Number(length);
  return bytes.length < sizeBytes ? undefined : { status: Number(head.slice(9, 12)), sizeBytes };
}
