/** What can go wrong between clients and brokers. Each returns how to mend it, if it has to be mended. */
const TROUBLES = {
  cutBoth: ({ connection }) => void connection?.cut(),
  cutClient: ({ connection }) => void connection?.cut('client'),
  cutBroker: ({ connection }) => void connection?.cut('broker'),
  holdAnswers({ connection }) {
    connection?.hold('to-client');
    return () => connection?.release('to-client');
  },
  partitionClient({ simulation, connection }) {
    const partition = simulation.network.partition({ clientName: connection?.clientName ?? 'nobody' });
    return () => partition.heal();
  },
  partitionBroker({ simulation, broker }) {
    const partition = simulation.network.partition({ port: broker.port });
    return () => partition.heal();
  },
  async stopBroker({ broker }) {
    await broker.stop();
    return () => broker.start();
  },
  pauseBroker({ broker }) {
    broker.pause();
    return () => broker.resume();
  },
  moveLeader({ simulation, kafka, topic }) {
    const partition = simulation.random.integer(0, topic.partitions - 1);
    try {
      kafka.moveLeader(topic.name, partition, simulation.random.integer(1, kafka.brokers.length));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // that broker cannot lead it now
    }
  },
  loseAnswer: ({ kafka }) => void kafka.faults.onResponse('Produce', { times: 1, action: 'drop' }),
  cutAfterServing: ({ kafka }) => void kafka.faults.onResponse('Produce', { times: 1, action: 'cut' }),
  slowNetwork({ simulation }) {
    const before = simulation.network.latencyMs;
    simulation.network.latencyMs = [50, 500];
    return () => void (simulation.network.latencyMs = before);
  },
};

/** Makes trouble, one at a time, for as long as this; afterwards everything is well again. */
export async function makeTrouble({ simulation, kafka, topic, durationMs }) {
  const { random, clock, network } = simulation;
  const untilMs = clock.now() + durationMs;
  while (clock.now() < untilMs) {
    await simulation.sleep(random.integer(10, 300));
    const name = random.pick(Object.keys(TROUBLES));
    const connection = network.connections.length > 0 ? random.pick(network.connections) : undefined;
    simulation.note(name);
    const mend = await TROUBLES[name]({ simulation, kafka, topic, connection, broker: random.pick(kafka.brokers) });
    await simulation.sleep(random.integer(10, 1_500));
    await mend?.();
  }
  kafka.faults.clear();
}
