/**
 * An embedded cluster in a process of its own. Its argument are its options, and `delayMs` where requests are to be under way for so long. Sends its addresses to
 * its parent, and its CPU time and the requests it served whenever it is asked.
 */
import { EmbeddedKafka } from 'embedded-kafka';
import { delayLine } from './delay-line.mjs';

let requests = 0;
const { delayMs, ...options } = JSON.parse(process.argv[2]);
const kafka = await EmbeddedKafka.start({
  ...options,
  ...(delayMs !== undefined && { transport: delayLine(delayMs) }),
  maxLoggedRequests: 1,
  onRequest: () => requests++,
});
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), requests }));
// Nobody is left to serve.
process.on('disconnect', () => process.exit(0));
process.send?.({ bootstrap: kafka.bootstrap });
