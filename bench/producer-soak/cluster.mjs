/**
 * An embedded cluster of three, in a process of its own, and what befalls it between two words of its parent: `trouble` and `calm`. Its argument is the seed. The
 * troubles are the seed's; when they meet which request is the machine's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedKafka, Random } from 'embedded-kafka';

const REFUSALS = ['NOT_LEADER_OR_FOLLOWER', 'NOT_ENOUGH_REPLICAS', 'REQUEST_TIMED_OUT', 'LEADER_NOT_AVAILABLE'];

const seed = Number(process.argv[2]);
const random = new Random(seed);
const kafka = await EmbeddedKafka.start({
  brokers: 3,
  seed,
  maxLoggedRequests: 1000,
  brokerSessionTimeoutMs: 500,
  replicaLagTimeMaxMs: 500,
});
/** @type {{ name: string, partitions: number }[]} */
let topics = [];
let incidents = 0;
let isOver = true;
let troubles = Promise.resolve();

/** What can happen. Each returns how it is mended. */
const TROUBLES = {
  disconnect: (broker) => broker.disconnectClients(),
  refuse(broker) {
    const cut = kafka.network.cut({ broker: broker.id });
    return () => cut.heal();
  },
  blackHole(broker) {
    const cut = kafka.network.cut({ broker: broker.id, mode: 'black-hole' });
    return () => cut.heal();
  },
  part(broker) {
    const cut = kafka.network.cut({ between: [broker.id, (broker.id % kafka.brokers.length) + 1] });
    return () => cut.heal();
  },
  async restart(broker) {
    await broker.stop();
    return () => broker.start();
  },
  pause(broker) {
    broker.pause();
    return () => broker.resume();
  },
  moveLeaders() {
    for (const { name, partitions } of topics) {
      for (let partition = 0; partition < partitions; partition++)
        kafka.moveLeader(name, partition, random.pick(kafka.inSyncReplicas(name, partition)));
    }
  },
  loseAnswers: () => void kafka.faults.onResponse('Produce', { clientId: 'soak', times: 2, action: 'drop' }),
  cutAfterServing: () => void kafka.faults.onResponse('Produce', { clientId: 'soak', times: 3, action: 'cut' }),
};

async function trouble() {
  kafka.faults.random({
    seed: random.integer(0, 0xffff_ffff),
    rate: 0.03,
    weights: {
      'cut-request': 1,
      'delay-request': 2,
      'late-request': 1,
      'cut-response': 2,
      'delay-response': 2,
      'throttle-response': 1,
      'fragment-response': 1,
      'refuse-request': 2,
      'fail-response': 1,
    },
    maxDelayMs: 60,
    apis: ['Produce', 'Metadata', 'InitProducerId', 'ApiVersions'],
    errorCodes: REFUSALS,
    clientId: 'soak',
  });
  while (!isOver) {
    const make = TROUBLES[random.pick(Object.keys(TROUBLES))];
    incidents++;
    const mend = await make(random.pick(kafka.brokers));
    await sleep(random.integer(20, 800));
    await mend?.();
    await sleep(random.integer(50, 1200));
  }
}

const commands = {
  trouble() {
    isOver = false;
    troubles = trouble();
  },
  /** Answers when all is well. */
  async calm() {
    isOver = true;
    await troubles;
    kafka.faults.clear();
    kafka.network.heal();
    const defects = kafka.requests().filter(({ failure }) => failure !== undefined);
    kafka.clearRequests();
    process.send?.({ calm: true, incidents, defects: defects.map(({ api, failure }) => `${api}: ${String(failure)}`) });
  },
};

process.on('message', (message) => {
  if (message.topics) topics = message.topics;
  else commands[message.command]();
});
// Nobody is left to serve.
process.on('disconnect', () => process.exit(0));
process.send?.({ bootstrap: kafka.bootstrap });
