// Clients that speak the protocol themselves, in trouble. Run with a seed it prints what became of them, as JSON.
import { Simulation } from 'embedded-kafka';
import { apis, decodeRecordBatchHeaders, decodeRecords, encodeRecordBatch } from 'kafka-wire';
import { pathToFileURL } from 'node:url';
import { makeTrouble } from './trouble.mjs';
import { WireClient } from './wire-client.mjs';

const TOPIC = { name: 'orders', partitions: 3 };
const BATCHES_EACH = 25;
const NOTHING_NEW = { acks: -1, timeoutMs: 1_000 };

/** Finds the leader of a partition again and again until an exchange with it has worked. */
async function withLeader({ simulation, kafka, name, partition }, exchange) {
  for (;;) {
    const { random } = simulation;
    let client;
    try {
      client = new WireClient(simulation, name, random.pick(kafka.bootstrap));
      const { topics, brokers } = await client.request(apis.Metadata, 9, { topics: [{ name: TOPIC.name }] });
      const { leaderId } = topics[0].partitions.find(({ partitionIndex }) => partitionIndex === partition);
      const leader = brokers.find(({ nodeId }) => nodeId === leaderId);
      client.close();
      client = new WireClient(simulation, name, `${leader.host}:${leader.port}`);
      for (;;) if ((await exchange(client)) === 'done') return;
    } catch {
      await simulation.sleep(random.integer(50, 200));
    } finally {
      client?.close();
    }
  }
}

/** Batches of one to ten records, each repeated as it is until it is acknowledged. @returns the values, in their order */
async function produce(place) {
  const { simulation, name, partition } = place;
  const values = [];
  let identity;
  await withLeader(place, async (client) => {
    const { errorCode, ...given } = await client.request(apis.InitProducerId, 2, { transactionalId: null });
    if (errorCode !== 0) throw new Error(`refused with ${errorCode}`);
    identity = given;
    return 'done';
  });
  for (let batch = 0; batch < BATCHES_EACH; batch++) {
    await simulation.sleep(simulation.random.integer(1, 800));
    const baseSequence = values.length;
    const count = simulation.random.integer(1, 10);
    const records = Array.from({ length: count }, (_, index) => ({
      value: `${name}-${baseSequence + index}`,
      timestamp: simulation.clock.wallTime(),
    }));
    const bytes = await encodeRecordBatch({ records, producer: { ...identity, baseSequence } });
    const topicData = [{ name: TOPIC.name, partitionData: [{ index: partition, records: bytes }] }];
    await withLeader(place, async (client) => {
      const { responses } = await client.request(apis.Produce, 9, { ...NOTHING_NEW, topicData });
      const { errorCode } = responses[0].partitionResponses[0];
      if (errorCode !== 0) throw new Error(`refused with ${errorCode}`);
      return 'done';
    });
    values.push(...records.map(({ value }) => value));
  }
  return values;
}

/** Reads a partition until it has seen this many records. @returns the values, in their order */
async function consume(place, count) {
  const values = [];
  let fetchOffset = 0;
  await withLeader(place, async (client) => {
    const partitions = [{ partition: place.partition, fetchOffset, partitionMaxBytes: 1_000 }];
    const limits = { maxWaitMs: 500, minBytes: 1, maxBytes: 1_000 };
    const body = await client.request(apis.Fetch, 11, { ...limits, topics: [{ topic: TOPIC.name, partitions }] });
    const { errorCode, records } = body.responses[0].partitions[0];
    if (errorCode !== 0) throw new Error(`refused with ${errorCode}`);
    for (const header of decodeRecordBatchHeaders(records)) {
      for (const { value } of await decodeRecords(records, header)) values.push(value.toString());
      fetchOffset = header.baseOffset + header.lastOffsetDelta + 1;
    }
    return values.length < count() ? 'more' : 'done';
  });
  return values;
}

/** Three producers and three consumers, each pair on a partition of its own, for ten seconds of trouble and until all is read. */
export async function rawClients(seed, options = {}) {
  const simulation = new Simulation({ seed, latencyMs: [0.1, 20], maxVirtualMs: 600_000, ...options });
  const kafka = await simulation.startKafka({ brokers: 3, topics: [TOPIC] });
  const pair = async (partition) => {
    let count = Infinity;
    const read = consume({ simulation, kafka, name: `consumer-${partition}`, partition }, () => count);
    const written = await produce({ simulation, kafka, name: `producer-${partition}`, partition });
    count = written.length;
    return { written, read: await read };
  };
  const pairs = await simulation.run(async () => {
    const outcomes = Promise.all(Array.from({ length: TOPIC.partitions }, (_, partition) => pair(partition)));
    await makeTrouble({ simulation, kafka, topic: TOPIC, durationMs: 10_000 });
    return outcomes;
  });
  await kafka.stop();
  await simulation.runFor(60_000);
  return {
    hash: simulation.trace.hash,
    events: simulation.firedEvents,
    virtualMs: simulation.clock.now(),
    pendingEvents: simulation.pendingEvents,
    openConnections: simulation.network.connections.length,
    pairs,
  };
}

const isMain = import.meta.url === pathToFileURL(process.argv[1] ?? '').href;
if (isMain) console.log(JSON.stringify(await rawClients(Number(process.argv[2]))));
