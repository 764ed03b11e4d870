import './promise-with-resolvers.mjs';
import { jsonSerializer, ProduceAcks, Producer, stringSerializer } from '@platformatic/kafka';

/** @param {import('../peers.mjs').PeerSettings} settings */
export function createProducer({ brokers, workload, options }) {
  return new Producer({
    clientId: 'bench',
    bootstrapBrokers: brokers,
    acks: ProduceAcks.ALL,
    // Bytes go through as they are; the serializers are only there where there is something to serialise.
    ...(workload.payload === 'json' && {
      serializers: {
        key: stringSerializer,
        value: jsonSerializer,
        headerKey: stringSerializer,
        headerValue: stringSerializer,
      },
    }),
    ...options,
  });
}

/**
 * Headers are given as a Map: the client makes one of anything else.
 *
 * @param {string} topic
 */
export function messageFor(topic) {
  /**
   * @param {Buffer | object} value
   * @param {string | undefined} key
   * @param {Record<string, string> | undefined} headers
   */
  return (value, key, headers) =>
    key === undefined ? { topic, value } : { topic, key, value, headers: new Map(Object.entries(headers ?? {})) };
}

/** @param {import('../peers.mjs').PeerSettings} settings */
export async function connect(settings) {
  const producer = createProducer(settings);
  let requests = 0;
  /** @param {object[]} messages */
  function sendAll(messages) {
    requests++;
    return producer.send({ messages, acks: ProduceAcks.ALL });
  }
  return {
    record: messageFor(settings.topic),
    /** @param {object} record */
    send: (record) => sendAll([record]),
    sendAll,
    requests: () => requests,
    close: () => producer.close(true),
  };
}
