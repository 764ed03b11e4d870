import { connectProducer, message } from './kafkajs.mjs';

/** What one writes in an afternoon: everything sent in one turn of the event loop shares a `producer.send`. */
function accumulate(send) {
  let open = [];
  async function flush() {
    const batch = open;
    open = [];
    try {
      const metadata = await send(batch.map((entry) => entry.record));
      for (const entry of batch) entry.resolve(metadata[0]);
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  }
  return (record) =>
    new Promise((resolve, reject) => {
      if (open.push({ record, resolve, reject }) === 1) setImmediate(() => void flush());
    });
}

/** @param {import('../peers.mjs').PeerSettings} settings */
export async function connect(settings) {
  const producer = await connectProducer(settings);
  const { topic } = settings;
  let requests = 0;
  return {
    record: message,
    send: accumulate((messages) => {
      requests++;
      return producer.send({ topic, messages, acks: -1 });
    }),
    requests: () => requests,
    close: () => producer.disconnect(),
  };
}
