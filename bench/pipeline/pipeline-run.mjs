/**
 * One run of W9 in a process of its own: one peer consumes, transforms and produces; report to the parent over IPC.
 *
 * @typedef {import('./pipeline-peers.mjs').PipelineSettings & { peer: string, warmUpMs: number, measureMs: number }} PipelineOrder
 *
 * @typedef {object} PipelineResult
 * @property {number} messagesPerSecond whose offsets were committed within the measured time
 * @property {number} cpuMicrosPerMessage user and system time of all threads of this process
 * @property {number | undefined} messagesPerUnit on the average, where the peer can tell
 * @property {number} maxRssMb
 * @property {number} committed messages when the measured time was over
 * @property {number} failures units that failed and were run again, where the peer can tell
 * @property {string | undefined} firstFailure
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerParent } from '../answer-parent.mjs';
import { GroupOffsets } from './group-offsets.mjs';
import { pipelinePeers } from './pipeline-peers.mjs';

/** Joining a group takes some seconds; the first transaction of a producer up to a second. */
const FIRST_COMMIT_MS = 30_000;
const POLL_MS = 20;
const STOP_MS = 20_000;

/** @param {PipelineOrder} order */
async function run(order) {
  const entry = pipelinePeers.find((candidate) => candidate.name === order.peer);
  if (!entry) throw new Error(`There is no peer ${order.peer}.`);
  const { connect } = await import(entry.file);
  const { messagesPerUnit, producers } = entry;
  /** @type {import('./pipeline-peers.mjs').Pipeline} */
  const pipeline = await connect({ ...order, messagesPerUnit, producers });
  const offsets = await GroupOffsets.open(order.brokers, order.groupId, order.input);
  await firstCommit(offsets);
  await sleep(order.warmUpMs);
  const measured = await measure(offsets, pipeline, order.measureMs);
  offsets.close();
  const isStopped = await Promise.race([pipeline.stop().then(() => true), sleep(STOP_MS, false, { ref: false })]);
  if (!isStopped) throw new Error(`It did not stop within ${STOP_MS} ms.`);
  const { failures, firstFailure } = countsOf(pipeline);
  return { ...measured, failures, firstFailure };
}

/** @param {GroupOffsets} offsets */
async function firstCommit(offsets) {
  const giveUpAt = Date.now() + FIRST_COMMIT_MS;
  while ((await offsets.committed()).messages === 0) {
    if (Date.now() > giveUpAt) throw new Error(`Nothing was committed within ${FIRST_COMMIT_MS} ms.`);
    await sleep(POLL_MS);
  }
}

/**
 * @param {GroupOffsets} offsets
 * @param {import('./pipeline-peers.mjs').Pipeline} pipeline
 * @param {number} measureMs
 */
async function measure(offsets, pipeline, measureMs) {
  const unitsBefore = countsOf(pipeline).units;
  const cpuBefore = process.cpuUsage();
  const before = await offsets.committed();
  await sleep(measureMs);
  const after = await offsets.committed();
  const cpu = process.cpuUsage(cpuBefore);
  const messages = after.messages - before.messages;
  return {
    messagesPerSecond: (messages / (after.atMs - before.atMs)) * 1000,
    cpuMicrosPerMessage: (cpu.user + cpu.system) / messages,
    messagesPerUnit: pipeline.counts && messages / (countsOf(pipeline).units - unitsBefore),
    maxRssMb: process.resourceUsage().maxRSS / 1024,
    committed: after.messages,
  };
}

/** @param {import('./pipeline-peers.mjs').Pipeline} pipeline */
function countsOf(pipeline) {
  return pipeline.counts?.() ?? { units: 0, failures: 0, firstFailure: undefined };
}

answerParent(run);
