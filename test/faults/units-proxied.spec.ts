import type { ApiName } from 'kafka-wire';
import { afterAll, beforeAll, it } from 'vitest';

import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { frameWays } from './support/frame-ways.js';
import { ProxiedKafka, type ProxiedKafkaOptions } from './support/proxied-kafka.js';
import { PARTITIONS, REQUEST_TIMEOUT_MS, soundRun, unitsThroughFault } from './support/units-through-fault.js';

const UNITS_AROUND = [4, 100];

interface Place {
  readonly name: string;
  readonly kafka: ProxiedKafkaOptions;
  /** What a client asks there in a transaction. */
  readonly apis: readonly ApiName[];
}

const PLACES: readonly Place[] = [
  {
    name: 'three nodes of Apache Kafka 4.3.1 (transactions of version 2)',
    kafka: { nodes: 3 },
    apis: ['FindCoordinator', 'InitProducerId', 'AddPartitionsToTxn', 'Produce', 'TxnOffsetCommit', 'EndTxn'],
  },
  {
    name: 'Apache Kafka 3.9.1 (transactions of version 1)',
    kafka: { nodes: 1, kafkaVersion: '3.9.1' },
    apis: [
      'FindCoordinator',
      'InitProducerId',
      'AddPartitionsToTxn',
      'AddOffsetsToTxn',
      'Produce',
      'TxnOffsetCommit',
      'EndTxn',
    ],
  },
];

for (const { name, kafka, apis } of PLACES) {
  describeWithOwnKafka(`units behind a proxy, on ${name}`, () => {
    let proxied: ProxiedKafka;

    beforeAll(async () => {
      proxied = await ProxiedKafka.start(kafka);
      const topics = apis.flatMap((api) => topicsOf(api));
      for (const topic of topics) await proxied.kafka.createTopic({ name: topic, partitions: PARTITIONS });
    });

    afterAll(() => proxied?.stop());

    const cases = apis.flatMap((api) => frameWays(REQUEST_TIMEOUT_MS).map((way) => ({ ...way, api })));

    it.concurrent.for(cases)(
      'are whole and committed through $what of $api, be they few or many',
      async ({ api, ...way }, { expect }) => {
        const runs = UNITS_AROUND.map((units) => unitsThroughFault(proxied, topicsOf(api), { ...way, api, units }));
        expect(await Promise.all(runs)).toEqual(UNITS_AROUND.map((units) => soundRun(api, units)));
      },
    );
  });
}

function topicsOf(api: ApiName): string[] {
  return ['orders', 'stock'].map((topic) => `${topic}-${api}`);
}
