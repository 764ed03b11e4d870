import { setTimeout as sleep } from 'node:timers/promises';
import { apis, decodeRecordBatchHeaders } from 'kafka-wire';
import { BrokerConnection } from './broker-connection.mjs';

/** By topic name: the last versions before topic ids. */
const FETCH_VERSION = 12;
const METADATA_VERSION = 9;
const READ_COMMITTED = 1;
const MAX_BYTES = 50_000_000;
/** For the markers of the last transactions. */
const SETTLE_MS = 10_000;

/**
 * What a `read_committed` consumer is given of one batch.
 *
 * @callback VisitBatch
 * @param {number} partition
 * @param {Buffer} chunk the bytes of the fetch, `header` says where in it
 * @param {import('kafka-wire').RecordBatchHeader} header
 * @returns {void | Promise<void>}
 */

/**
 * Counts what a `read_committed` consumer of the topic is given, by the headers of its batches: without markers, without what was aborted.
 *
 * @param {string[]} brokers
 * @param {string} topic
 * @throws {Error} when a transaction stays open
 */
export async function countCommittedRecords(brokers, topic) {
  let count = 0;
  await visitCommittedBatches(brokers, topic, (_partition, _chunk, header) => {
    count += header.recordCount;
  });
  return count;
}

/**
 * Partition by partition, in the order of the offsets.
 *
 * @param {string[]} brokers
 * @param {string} topic
 * @param {VisitBatch} visit
 * @throws {Error} when a transaction stays open
 */
export async function visitCommittedBatches(brokers, topic, visit) {
  const bootstrap = await BrokerConnection.open(brokers[0]);
  const metadata = await bootstrap.ask(apis.Metadata, METADATA_VERSION, { topics: [{ name: topic }] });
  bootstrap.close();
  for (const { partitionIndex, leaderId } of metadata.topics[0].partitions) {
    const { host, port } = metadata.brokers.find(({ nodeId }) => nodeId === leaderId);
    const leader = await BrokerConnection.open(`${host}:${port}`);
    try {
      await visitPartition(leader, topic, partitionIndex, visit);
    } finally {
      leader.close();
    }
  }
}

/**
 * @param {BrokerConnection} leader
 * @param {string} topic
 * @param {number} partition
 * @param {VisitBatch} visit
 */
async function visitPartition(leader, topic, partition, visit) {
  const giveUpAt = Date.now() + SETTLE_MS;
  for (let fetchOffset = 0; ;) {
    const answer = await fetchFrom(leader, topic, partition, fetchOffset);
    if (answer.errorCode !== 0) throw new Error(`Fetch of ${topic}[${partition}] was answered ${answer.errorCode}.`);
    const chunk = answer.records ?? Buffer.alloc(0);
    const headers = decodeRecordBatchHeaders(chunk);
    for (const header of committedIn(headers, answer.abortedTransactions ?? [])) await visit(partition, chunk, header);
    const last = headers.at(-1);
    if (last) fetchOffset = last.baseOffset + last.lastOffsetDelta + 1;
    else if (fetchOffset >= answer.highWatermark) return;
    else if (Date.now() > giveUpAt)
      throw new Error(`A transaction stays open in ${topic}[${partition}] at ${fetchOffset}.`);
    else await sleep(20);
  }
}

/** The aborted transactions of an answer are those that overlap with it, each from its first offset to its marker. */
function committedIn(headers, abortedTransactions) {
  const aborted = abortedTransactions.map(({ producerId, firstOffset }) => ({ id: idOf(producerId), firstOffset }));
  const committed = [];
  for (const header of headers) {
    const id = header.isTransactional ? idOf(header.producerId) : undefined;
    const index = aborted.findIndex((each) => each.id === id && each.firstOffset <= header.baseOffset);
    if (header.isControl) {
      if (index >= 0) aborted.splice(index, 1);
    } else if (index < 0) committed.push(header);
  }
  return committed;
}

/** @param {Uint8Array} producerId */
function idOf(producerId) {
  return Buffer.from(producerId).toString('hex');
}

async function fetchFrom(leader, topic, partition, fetchOffset) {
  const { responses } = await leader.ask(apis.Fetch, FETCH_VERSION, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: MAX_BYTES,
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: MAX_BYTES }] }],
  });
  return responses[0].partitions[0];
}
