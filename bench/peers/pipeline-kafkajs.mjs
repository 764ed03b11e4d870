import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { kafkajsPipeline } from '../pipeline/kafkajs-pipeline.mjs';
import { PARTITIONS } from '../pipeline/orders.mjs';
import { transactionalOptions } from './kafkajs-transactional.mjs';

/**
 * `sendOffsets()` of kafkajs takes the name of the group and nothing else: the broker cannot tell an owner of the partition from one that was, so this is cheaper
 * than what it is compared with, and exactly once only as long as nobody joins or leaves.
 *
 * @param {import('../pipeline/pipeline-peers.mjs').PipelineSettings} settings
 */
export async function connect({ brokers, input, output, groupId, messagesPerUnit, producers: count, options }) {
  const client = new kafkajs.Kafka({ clientId: 'bench', brokers, logLevel: kafkajs.logLevel.NOTHING });
  const run = randomUUID();
  const producers = Array.from({ length: count }, (_, index) =>
    client.producer(transactionalOptions(`bench-${run}-${index}`, options)),
  );
  const consumer = client.consumer({ groupId });
  await Promise.all([consumer, ...producers].map((each) => each.connect()));
  await consumer.subscribe({ topics: [input], fromBeginning: true });
  return kafkajsPipeline(consumer, producers, {
    input,
    output,
    messagesPerUnit,
    run: { autoCommit: false, partitionsConsumedConcurrently: PARTITIONS },
    offsetsOf: { consumerGroupId: groupId },
  });
}
