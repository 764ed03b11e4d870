import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { apis, decodeRecordBatchHeaders, decodeResponse, encodeRequest, FrameReader } from 'kafka-wire';

/** By topic name: the last versions before topic ids. */
const FETCH_VERSION = 12;
const METADATA_VERSION = 9;
const READ_COMMITTED = 1;
const MAX_BYTES = 50_000_000;
/** For the markers of the last transactions. */
const SETTLE_MS = 10_000;

/**
 * Counts what a `read_committed` consumer of the topic is given, by the headers of its batches: without markers, without what was aborted.
 *
 * @param {string[]} brokers
 * @param {string} topic
 * @throws {Error} when a transaction stays open
 */
export async function countCommittedRecords(brokers, topic) {
  const metadata = await ask(brokers[0], apis.Metadata, METADATA_VERSION, { topics: [{ name: topic }] });
  let count = 0;
  for (const { partitionIndex, leaderId } of metadata.topics[0].partitions) {
    const leader = metadata.brokers.find(({ nodeId }) => nodeId === leaderId);
    count += await countPartition(`${leader.host}:${leader.port}`, topic, partitionIndex);
  }
  return count;
}

/**
 * @param {string} leader
 * @param {string} topic
 * @param {number} partition
 */
async function countPartition(leader, topic, partition) {
  const giveUpAt = Date.now() + SETTLE_MS;
  let count = 0;
  for (let fetchOffset = 0; ;) {
    const answer = await fetchFrom(leader, topic, partition, fetchOffset);
    if (answer.errorCode !== 0) throw new Error(`Fetch of ${topic}[${partition}] was answered ${answer.errorCode}.`);
    const headers = decodeRecordBatchHeaders(answer.records ?? Buffer.alloc(0));
    count += committedIn(headers, answer.abortedTransactions ?? []);
    const last = headers.at(-1);
    if (last) fetchOffset = last.baseOffset + last.lastOffsetDelta + 1;
    else if (fetchOffset >= answer.highWatermark) return count;
    else if (Date.now() > giveUpAt)
      throw new Error(`A transaction stays open in ${topic}[${partition}] at ${fetchOffset}.`);
    else await sleep(20);
  }
}

/** The aborted transactions of an answer are those that overlap with it, each from its first offset to its marker. */
function committedIn(headers, abortedTransactions) {
  const aborted = abortedTransactions.map(({ producerId, firstOffset }) => ({ id: idOf(producerId), firstOffset }));
  let count = 0;
  for (const header of headers) {
    const id = header.isTransactional ? idOf(header.producerId) : undefined;
    const index = aborted.findIndex((each) => each.id === id && each.firstOffset <= header.baseOffset);
    if (header.isControl) {
      if (index >= 0) aborted.splice(index, 1);
    } else if (index < 0) count += header.recordCount;
  }
  return count;
}

/** @param {Uint8Array} producerId */
function idOf(producerId) {
  return Buffer.from(producerId).toString('hex');
}

async function fetchFrom(leader, topic, partition, fetchOffset) {
  const { responses } = await ask(leader, apis.Fetch, FETCH_VERSION, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: MAX_BYTES,
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: MAX_BYTES }] }],
  });
  return responses[0].partitions[0];
}

/** One request on a connection of its own: this is not what is measured. */
function ask(address, api, version, input) {
  return new Promise((resolve, reject) => {
    const colon = address.lastIndexOf(':');
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
    const frames = new FrameReader();
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${address} closed the connection.`)));
    socket.on('data', (chunk) => {
      frames.push(chunk);
      const frame = frames.next();
      if (frame === undefined) return;
      socket.destroy();
      try {
        resolve(decodeResponse(api, version, frame).body);
      } catch (error) {
        reject(error);
      }
    });
    socket.write(encodeRequest(api, version, { correlationId: 1, clientId: 'bench-count' }, input));
  });
}
