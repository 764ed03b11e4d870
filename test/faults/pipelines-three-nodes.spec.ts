import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { HeardKafka } from './support/heard-kafka.js';
import { pipelineSuite } from './support/pipeline-suite.js';

describeWithOwnKafka('F32: a pipeline on three nodes of Apache Kafka, with kills, freezes and rebalances', () => {
  pipelineSuite({
    start: () => HeardKafka.apache(1_000, { nodes: 3, serverProperties: { 'group.min.session.timeout.ms': '500' } }),
    // A transaction for each record costs more than one for twenty: `RECORDS=20000` when it may take its time.
    records: { strategy: 20_000, plain: 5_000 },
    sessionMs: 3_000,
  });
});
