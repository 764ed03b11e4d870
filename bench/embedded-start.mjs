/**
 * E1: how long `EmbeddedKafka.start` takes in a process that has never done it. Sends `EmbeddedStart` to its parent.
 *
 * @typedef {object} EmbeddedStart
 * @property {number} importMs until the library is loaded
 * @property {number} startMs until three brokers listen and know their topic
 */
import { performance } from 'node:perf_hooks';

const begunAt = performance.now();
const { EmbeddedKafka } = await import('embedded-kafka');
const importedAt = performance.now();
const kafka = await EmbeddedKafka.start({ brokers: 3, topics: [{ name: 'orders', partitions: 6 }] });
const result = { importMs: importedAt - begunAt, startMs: performance.now() - importedAt };
await kafka.stop();
process.send?.({ result }, () => process.exit(0));
