import kafkajs from 'kafkajs';

/** @param {import('../peers.mjs').PeerSettings} settings */
export async function connectProducer({ brokers, options }) {
  const client = new kafkajs.Kafka({ clientId: 'bench', brokers, logLevel: kafkajs.logLevel.ERROR });
  const producer = client.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    ...options,
  });
  await producer.connect();
  return producer;
}

/**
 * @param {Buffer | object} value
 * @param {string | undefined} key
 * @param {Record<string, string> | undefined} headers
 */
export function message(value, key, headers) {
  return Buffer.isBuffer(value) ? { value } : { key, value: JSON.stringify(value), headers };
}

/** @param {import('../peers.mjs').PeerSettings} settings */
export async function connect(settings) {
  const producer = await connectProducer(settings);
  const { topic } = settings;
  let requests = 0;
  /** @param {ReturnType<typeof message>[]} messages */
  function sendAll(messages) {
    requests++;
    return producer.send({ topic, messages, acks: -1 });
  }
  return {
    record: message,
    /** @param {ReturnType<typeof message>} record */
    send: (record) => sendAll([record]),
    sendAll,
    requests: () => requests,
    close: () => producer.disconnect(),
  };
}
