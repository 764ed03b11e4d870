import { setTimeout as pause } from 'node:timers/promises';

import { EmbeddedKafka } from 'embedded-kafka';
import { describe, expect, it } from 'vitest';

import { startApacheKafka } from '../apache-kafka/launcher.mjs';
import { checkHistory } from '../history/check-history.js';
import { describeViolations } from '../history/describe-violations.js';
import type { LoggedRecord, SentRecord } from '../history/sent-record.js';
import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { recordsIn } from '../support/batches-in.js';
import { startProgram } from './run-program.js';

const PARTITIONS = 3;
const REQUEST_TIMEOUT_MS = 500;
const DELIVERY_TIMEOUT_MS = 1_500;
const MAX_BLOCK_MS = 1_000;
const TIMEOUTS = {
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  deliveryTimeoutMs: DELIVERY_TIMEOUT_MS,
  maxBlockMs: MAX_BLOCK_MS,
  batchSizeBytes: 200,
};
/** Beyond what is promised: two cores for the brokers, the program and this suite. */
const SCHEDULING_MS = 2_000;

/** How long the process stands still, each time: over before anything is due, after its requests are, after its records are. */
const LONG_MS = DELIVERY_TIMEOUT_MS + 500;
const MIDDLE_MS = REQUEST_TIMEOUT_MS + 300;
const FREEZES_MS = [200, MIDDLE_MS, LONG_MS, MIDDLE_MS, LONG_MS, MIDDLE_MS];

interface End {
  readonly sent: readonly SentRecord[];
  readonly bufferedBytes: number;
}

interface FrozenRun {
  readonly code: number | null;
  readonly stderr: string;
  readonly bufferedBytes: number;
  readonly violations: string;
  readonly sent: number;
  readonly okShare: number;
  /** Records that were on their way while it stood still. */
  readonly caught: number;
}

/** Lets a process send, and freezes it again and again. */
async function freezeClient(bootstrap: readonly string[]): Promise<FrozenRun> {
  const program = startProgram('frozen-client', [JSON.stringify(TIMEOUTS), ...bootstrap]);
  await program.said('sending');
  for (const freezeMs of FREEZES_MS) {
    program.kill('SIGSTOP');
    await pause(freezeMs); // the fault itself
    program.kill('SIGCONT');
    await pause(300); // what it does meanwhile is what is tested
  }
  program.tell('stop');
  const { code, stdout, stderr } = await program.end;
  const { sent, bufferedBytes } = JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')) ?? '{}') as End;
  const settleWithinMs = Math.max(...FREEZES_MS) + MAX_BLOCK_MS + DELIVERY_TIMEOUT_MS + 1_000 + SCHEDULING_MS;
  const history = { sent, logs: new Map([['orders', await logOf(bootstrap)]]), settleWithinMs };
  const violations = describeViolations(checkHistory(history), history);
  const ok = sent.filter(({ outcome }) => outcome.kind === 'ok').length;
  return {
    code,
    stderr,
    bufferedBytes,
    violations,
    sent: sent.length,
    okShare: ok / sent.length,
    caught: caughtIn(sent),
  };
}

/** Called before it stood still for longer than their time-outs, and settled after. */
function caughtIn(sent: readonly SentRecord[]): number {
  const tookMs = sent.map(({ calledAtMs, settledAtMs = calledAtMs }) => settledAtMs - calledAtMs);
  return tookMs.filter((ms) => ms >= MIDDLE_MS).length;
}

function expectSound({ sent, okShare, caught, ...run }: FrozenRun): void {
  expect(run).toEqual({ code: 0, stderr: '', bufferedBytes: 0, violations: 'no violation' });
  expect(sent).toBeGreaterThan(300);
  expect(okShare).toBeGreaterThan(0.5);
  expect(caught).toBeGreaterThan(0);
}

async function logOf(bootstrap: readonly string[]): Promise<LoggedRecord[]> {
  const log: LoggedRecord[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (const { offset, value } of await recordsIn(bootstrap, 'orders', partition)) {
      if (String(value) !== 'first') log.push({ partition, offset, value: String(value) });
    }
  }
  return log;
}

describeWithOwnKafka('a process that is frozen while it sends to three nodes of Apache Kafka (SIGSTOP)', () => {
  it('delivers everything once and in order, and knows what it does not know', async () => {
    const kafka = await startApacheKafka({ nodes: 3, own: true });
    try {
      await kafka.createTopic({ name: 'orders', partitions: PARTITIONS });
      expectSound(await freezeClient(kafka.bootstrap));
    } finally {
      await kafka.stop();
    }
  });
});

describe('a process that is frozen while it sends to the embedded cluster (SIGSTOP)', () => {
  it('delivers everything once and in order, and knows what it does not know', async () => {
    const kafka = await EmbeddedKafka.start({ brokers: 3, topics: [{ name: 'orders', partitions: PARTITIONS }] });
    try {
      expectSound(await freezeClient(kafka.bootstrap));
    } finally {
      await kafka.stop();
    }
  });
});
