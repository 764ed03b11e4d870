/**
 * An application of W11 in a process of its own. Its argument is `ServerOrder`; sends its port to its parent, and `ServerCounts` whenever it is asked.
 *
 * @typedef {object} ServerOrder
 * @property {import('./parts.mjs').Variant} variant
 * @property {string[]} brokers
 * @property {string} topic
 *
 * @typedef {object} ServerCounts all so far
 * @property {number} cpuMicros user and system time of all threads
 * @property {number} produceRequests
 * @property {number} maxRssMb
 */
import { KafkaProducerService } from 'nestjs-kafka-producer';
import { createApplication } from './application.mjs';

const IDLE_MS = 300_000;

/** @type {ServerOrder} */
const { variant, brokers, topic } = JSON.parse(process.argv[2]);
const application = await createApplication(variant, brokers, topic);
const producer = application.get(KafkaProducerService);
await application.listen(0, '127.0.0.1');
// While others have their turn, the clients' connections are idle for longer than Node allows by default.
application.getHttpServer().keepAliveTimeout = IDLE_MS;

/** @returns {ServerCounts} */
function counts() {
  const { user, system } = process.cpuUsage();
  return {
    cpuMicros: user + system,
    produceRequests: producer.stats().requestsSent,
    maxRssMb: process.resourceUsage().maxRSS / 1024,
  };
}

process.on('message', (question) => {
  if (question === 'counts') process.send?.(counts());
  // What was emitted is in Kafka when this has ended.
  else void application.close().then(() => process.exit(0));
});
process.on('disconnect', () => process.exit(1));
process.send?.({ port: application.getHttpServer().address().port });
