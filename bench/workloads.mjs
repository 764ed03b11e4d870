import { byteValues, orderEvents } from './payloads.mjs';

/**
 * @typedef {object} Workload
 * @property {'W1' | 'W2' | 'W3' | 'W4' | 'W5'} id
 * @property {string} title
 * @property {number} callers each awaits its own call before it makes the next
 * @property {number} recordsPerCall 1: `send`; more: `sendAll`
 * @property {number} partitions of the topic
 * @property {number} sampleEvery every n-th caller takes the time of all its calls; more would tax the fast peers with the clock
 * @property {'bytes' | 'json'} payload
 * @property {number} [maxPauseMs] what a caller does between an acknowledgement and its next call takes 1 ms to this, in whole milliseconds; left out: nothing
 * @property {number} [brokerDelayMs] an embedded broker that far away is used instead of Apache Kafka
 */

/** @type {readonly Workload[]} */
export const workloads = [
  {
    id: 'W1',
    title: 'serial: 1 caller awaits each 100 B record',
    callers: 1,
    recordsPerCall: 1,
    partitions: 1,
    sampleEvery: 1,
    payload: 'bytes',
  },
  {
    id: 'W2',
    title: 'window: 1,000 callers, 100 B',
    callers: 1000,
    recordsPerCall: 1,
    partitions: 1,
    sampleEvery: 8,
    payload: 'bytes',
  },
  {
    id: 'W3',
    title: 'window-json: 1,000 callers, 1 KB object made JSON per record, 16 B key, 2 headers, 12 partitions',
    callers: 1000,
    recordsPerCall: 1,
    partitions: 12,
    sampleEvery: 8,
    payload: 'json',
  },
  {
    id: 'W4',
    title: 'bulk: 5 callers, 1,000 records of 100 B per call',
    callers: 5,
    recordsPerCall: 1000,
    partitions: 1,
    sampleEvery: 1,
    payload: 'bytes',
  },
  {
    id: 'W5',
    title: 'pipelining: 1,000 callers with 1 or 2 ms of work of their own per record, 100 B, a broker 5 ms away',
    callers: 1000,
    recordsPerCall: 1,
    partitions: 1,
    sampleEvery: 8,
    payload: 'bytes',
    maxPauseMs: 2,
    brokerDelayMs: 5,
  },
];

/**
 * @param {string} id
 * @returns {Workload}
 */
export function workloadById(id) {
  const found = workloads.find((workload) => workload.id === id);
  if (!found)
    throw new Error(`There is no workload ${id}. Known: ${workloads.map((workload) => workload.id).join(', ')}.`);
  return found;
}

/**
 * The source of a workload's records: each call makes the next one in the peer's own shape.
 *
 * @template R
 * @param {Workload} workload
 * @param {import('./peers.mjs').Peer<R>} peer
 * @returns {() => R}
 */
export function recordSource(workload, peer) {
  if (workload.payload === 'json') {
    const nextEvent = orderEvents();
    return () => {
      const order = nextEvent();
      return peer.record(order, order.orderId, { type: 'OrderPlaced', 'correlation-id': order.correlationId });
    };
  }
  const nextValue = byteValues(100);
  return () => peer.record(nextValue(), undefined, undefined);
}
