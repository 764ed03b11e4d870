// @ts-check
import { createServer } from 'node:net';

/**
 * Below the range from which Linux takes ports for outgoing connections: a port found here cannot be taken by a client between the look
 * and the moment when the broker binds it, or while a broker is down.
 */
const FIRST = 20_000;
const LAST = 32_000;

/**
 * Different ports nobody listens on at this moment. Another test run may be faster, so the launcher tries again when a bind fails.
 *
 * @param {number} count
 * @returns {Promise<number[]>}
 */
export async function freePorts(count) {
  /** @type {Set<number>} */
  const ports = new Set();
  while (ports.size < count) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
