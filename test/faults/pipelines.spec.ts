import { describe } from 'vitest';

import { HeardKafka } from './support/heard-kafka.js';
import { pipelineSuite } from './support/pipeline-suite.js';

for (const transactionVersion of [1, 2] as const) {
  const name = `F32: a pipeline on an embedded cluster with transactions of version ${transactionVersion}`;
  describe(`${name}, with kills, freezes and rebalances`, () => {
    pipelineSuite({
      start: () => HeardKafka.embedded(1_000, { groupMinSessionTimeoutMs: 500, transactionVersion }),
      records: { strategy: 3_000, plain: 3_000 },
      sessionMs: 1_500,
    });
  });
}
