import { ClientKafka } from '@nestjs/microservices';
import kafkajs from 'kafkajs';
import { firstValueFrom } from 'rxjs';

/**
 * `emit` as Nest's users call it: the payload object goes in, Nest's own serializer makes it JSON. `producerOnlyMode` spares it the consumer
 * for replies.
 *
 * @param {import('../peers.mjs').PeerSettings} settings
 */
export async function connect({ brokers, topic, options }) {
  const client = new ClientKafka({
    client: { clientId: 'bench', brokers, logLevel: kafkajs.logLevel.ERROR },
    producer: { createPartitioner: kafkajs.Partitioners.DefaultPartitioner, allowAutoTopicCreation: false, ...options },
    send: { acks: -1 },
    producerOnlyMode: true,
  });
  await client.connect();
  let requests = 0;
  return {
    /**
     * @param {Buffer | object} value
     * @param {string | undefined} key
     * @param {Record<string, string> | undefined} headers
     */
    record: (value, key, headers) => (key === undefined ? { value } : { key, value, headers }),
    /** @param {object} record */
    send: (record) => {
      requests++;
      return firstValueFrom(client.emit(topic, record));
    },
    /** @param {object[]} records */
    sendAll: (records) => {
      requests++;
      return firstValueFrom(client.emitBatch(topic, { messages: records }));
    },
    requests: () => requests,
    close: () => client.close(),
  };
}
