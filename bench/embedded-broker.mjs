/** An embedded cluster in a process of its own. Sends its addresses to its parent, and its CPU time and the requests it served whenever it is asked. */
import { EmbeddedKafka } from 'embedded-kafka';

let requests = 0;
const kafka = await EmbeddedKafka.start({
  ...JSON.parse(process.argv[2]),
  maxLoggedRequests: 1,
  onRequest: () => requests++,
});
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), requests }));
// Nobody is left to serve.
process.on('disconnect', () => process.exit(0));
process.send?.({ bootstrap: kafka.bootstrap });
