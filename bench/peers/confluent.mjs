import confluent from '@confluentinc/kafka-javascript';

const { Kafka, logLevel } = confluent.KafkaJS;

/**
 * The driver's defaults (linger 5 ms), which are also the fastest here with 1,000 callers: 1 ms is level, 0 halves it. Only the serial
 * workload has linger 0, where lingering would only make it wait.
 *
 * @param {import('../peers.mjs').PeerSettings} settings
 */
export async function connect({ brokers, topic, workload, options }) {
  const client = new Kafka({ kafkaJS: { clientId: 'bench', brokers, logLevel: logLevel.ERROR } });
  const producer = client.producer({
    kafkaJS: { acks: -1, allowAutoTopicCreation: false },
    ...(workload.id === 'W1' && { 'linger.ms': 0 }),
    ...options,
  });
  await producer.connect();
  return {
    /**
     * @param {Buffer | object} value
     * @param {string | undefined} key
     * @param {Record<string, string> | undefined} headers
     */
    record: (value, key, headers) =>
      Buffer.isBuffer(value) ? { value } : { key, value: Buffer.from(JSON.stringify(value)), headers },
    /** @param {object} record */
    send: (record) => producer.send({ topic, messages: [record] }),
    /** @param {object[]} messages */
    sendAll: (messages) => producer.send({ topic, messages }),
    close: () => producer.disconnect(),
  };
}
