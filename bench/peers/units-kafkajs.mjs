import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { kafkajsUnits } from '../units/kafkajs-units.mjs';
import { transactionalOptions } from './kafkajs-transactional.mjs';

/** @param {import('../units/unit-peers.mjs').UnitPeerSettings} settings */
export async function connect({ brokers, topic, producers: count, options }) {
  const run = randomUUID();
  const producers = Array.from({ length: count }, (_, index) =>
    new kafkajs.Kafka({ clientId: 'bench', brokers, logLevel: kafkajs.logLevel.NOTHING }).producer(
      transactionalOptions(`bench-${run}-${index}`, options),
    ),
  );
  return kafkajsUnits(producers, topic);
}
