import { Random } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { describeNeeding } from '../support/describe-needing.js';
import { kcatInstalled } from '../support/kcat.js';
import { seedOf } from '../support/random.js';
import { HeardKafka } from './support/heard-kafka.js';
import { killRound } from './support/kill-round.js';

/** On each cluster. In turns the process is killed while records are under way, and while their commit is. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 4);
const TRANSACTION_TIMEOUT_MS = 5_000;
/** How often the brokers look for transactions that are out of time: Kafka's default, as DESIGN counts with it, is 10 s; `ABORT_INTERVAL_MS=10000` */
const ABORT_INTERVAL_MS = Number(process.env['ABORT_INTERVAL_MS'] ?? 3_000);
const HELD_UP_AT_MOST_MS = TRANSACTION_TIMEOUT_MS + 10_000;

function suite(start: () => Promise<HeardKafka>): void {
  const seed = seedOf('units-kill');
  let kafka: HeardKafka;

  beforeAll(async () => {
    kafka = await start();
  });

  afterAll(() => kafka?.stop());

  it.concurrent.each(Array.from({ length: ROUNDS }, (_, round) => round))(
    'are whole or not there for kcat, those told committed are there, and readers go on in time (round %i)',
    { timeout: 120_000 },
    async (round) => {
      const random = new Random((seed + round) >>> 0);
      const api = round % 2 === 0 ? 'Produce' : 'EndTxn';
      const run = await killRound(kafka, random, { round, api, transactionTimeoutMs: TRANSACTION_TIMEOUT_MS });
      expect(run.problems).toEqual([]);
      expect(run.told).toBeGreaterThan(0);
      expect(run.seenBefore).toBeGreaterThan(0);
      expect(run.heldUpMs).toBeLessThan(HELD_UP_AT_MOST_MS);
    },
  );
}

const NAME = 'a thousand units whose process is killed (SIGKILL) while they are committed';
describeWithOwnKafka(`${NAME}, on Apache Kafka`, () => suite(() => HeardKafka.apache(ABORT_INTERVAL_MS)), [
  kcatInstalled,
]);
describeNeeding([kcatInstalled], `${NAME}, on the embedded cluster`, () =>
  suite(() => HeardKafka.embedded(ABORT_INTERVAL_MS)),
);
