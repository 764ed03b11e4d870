import { randomUUID } from 'node:crypto';
import confluent from '@confluentinc/kafka-javascript';
import { kafkajsPipeline } from '../pipeline/kafkajs-pipeline.mjs';
import { PARTITIONS } from '../pipeline/orders.mjs';

const { Kafka, logLevel } = confluent.KafkaJS;

/** What kafkajs hands over here in a batch. Of the driver's own default, 32, its transactions would be slower; of all it has read ahead, 50,000 and more. */
const BATCH = 7000;

/**
 * Without lingering, as in W8: a unit awaits its records.
 *
 * @param {import('../pipeline/pipeline-peers.mjs').PipelineSettings} settings
 */
export async function connect({ brokers, input, output, groupId, messagesPerUnit, producers: count, options }) {
  const client = new Kafka({ kafkaJS: { clientId: 'bench', brokers, logLevel: logLevel.NOTHING } });
  const run = randomUUID();
  const producers = Array.from({ length: count }, (_, index) =>
    client.producer({
      kafkaJS: { acks: -1, allowAutoTopicCreation: false, transactionalId: `bench-${run}-${index}` },
      'linger.ms': 0,
      ...options,
    }),
  );
  const consumer = client.consumer({
    kafkaJS: { groupId, fromBeginning: true, autoCommit: false },
    'js.consumer.max.batch.size': BATCH,
  });
  await Promise.all([consumer, ...producers].map((each) => each.connect()));
  await consumer.subscribe({ topics: [input] });
  return kafkajsPipeline(consumer, producers, {
    input,
    output,
    messagesPerUnit,
    run: { partitionsConsumedConcurrently: PARTITIONS },
    offsetsOf: { consumer },
  });
}
