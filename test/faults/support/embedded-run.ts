import { setTimeout as delay } from 'node:timers/promises';

import { EmbeddedKafka, Random } from 'embedded-kafka';

import { DeliveryHistory } from '../../history/delivery-history.js';
import { PARTITIONS, TOPIC, troubleEmbedded, type EmbeddedTrouble } from './embedded-troubles.js';
import { TopicReader } from './topic-reader.js';
import { verdictOn, type Verdict } from './verdict.js';
import { Workload, type Deliver } from './workload.js';

const SERVED_WITHIN_MS = 10_000;
const LEFT_AFTER_MS = 2_000;

export interface EmbeddedRunOptions {
  readonly callers: number;
  readonly troubleMs: number;
  readonly settleWithinMs: number;
  /** Whether it must deliver again once all is healed; else what it has not settled by then, and two seconds more, is left. @defaultValue true */
  readonly mustRecover?: boolean;
  /** Opens a client, lets `work` send with it, and closes it. */
  readonly client: (bootstrap: readonly string[], work: (deliver: Deliver) => Promise<void>) => Promise<void>;
}

export interface EmbeddedRun extends Verdict {
  readonly troubles: readonly EmbeddedTrouble[];
}

/** Three brokers in this process behind real sockets, with trouble from a seed. The troubles are the seed's; when they meet which request is the machine's. */
export async function embeddedRun(seed: number, options: EmbeddedRunOptions): Promise<EmbeddedRun> {
  const random = new Random(seed);
  const kafka = await EmbeddedKafka.start({
    brokers: 3,
    seed,
    brokerSessionTimeoutMs: 100,
    replicaLagTimeMaxMs: 150,
    topics: [{ name: TOPIC, partitions: PARTITIONS, configs: { 'min.insync.replicas': 2 } }],
  });
  const history = new DeliveryHistory();
  const isOver = new AbortController();
  const watching = new TopicReader(kafka.bootstrap, 100).watch([TOPIC], history, isOver.signal, 40);
  let troubles: EmbeddedTrouble[] = [];
  try {
    await options.client(kafka.bootstrap, async (deliver) => {
      const load = { callers: options.callers, partitions: PARTITIONS, maxPauseMs: 5 };
      const workload = new Workload(history, deliver, random.fork(), [TOPIC], load);
      await workload.untilAllAcknowledge(SERVED_WITHIN_MS);
      workload.start();
      try {
        troubles = await troubleEmbedded(kafka, random.fork(), options.troubleMs);
      } catch (error) {
        void workload.stop();
        throw error;
      }
      if (options.mustRecover === false) return Promise.race([workload.stop(), delay(LEFT_AFTER_MS)]);
      await workload.stop();
      await workload.untilAllAcknowledge(SERVED_WITHIN_MS);
    });
    isOver.abort();
    await watching;
    const log = (await kafka.recordsIn(TOPIC)).map(({ partition, offset, value }) => {
      return { partition, offset: Number(offset), value: String(value) };
    });
    const logs = new Map([[TOPIC, log]]);
    return { ...verdictOn(history, logs, options.settleWithinMs), troubles };
  } finally {
    isOver.abort();
    await kafka.stop();
  }
}
