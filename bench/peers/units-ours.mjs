import { KafkaProducerService } from 'nestjs-kafka-producer';
import { createApplication } from './ours.mjs';

/** @param {import('../units/unit-peers.mjs').UnitPeerSettings} settings */
export async function connect(settings) {
  const application = await createApplication(settings);
  const producer = application.get(KafkaProducerService);
  const { topic } = settings;
  return {
    /**
     * @param {string} key
     * @param {Buffer} value
     */
    record: (key, value) => ({ topic, key, value }),
    /** @type {import('../units/unit-peers.mjs').UnitPeer['unit']} */
    unit: async (body) => {
      await producer.transaction((transaction) => body((records) => transaction.sendAll(records)));
      return true;
    },
    stop: () => {},
    close: () => application.close(),
  };
}
