/**
 * What an embedded cluster holds, counted: whatever is kept for good is in one of these numbers, long before it is seen in the memory of the process.
 *
 * @typedef {ReturnType<typeof statesOf>} States
 */

/** Must be 0 when the last client has gone and all that expires has expired. The rest stays: topics, and groups with their committed offsets. */
const PASSING = ['conns', 'timers', 'batches', 'prodIds', 'checks', 'txnIds', 'members', 'waiting'];

/**
 * @param {import('embedded-kafka').EmbeddedKafka} kafka
 * @param {import('./clock.mjs').CountingClock} clock
 */
export function statesOf(kafka, clock) {
  const { cluster, groups } = kafka.brokers[0].shared;
  const partitions = [...cluster.topics].flatMap((topic) => topic.partitions);
  const allGroups = [...groups.groups];
  const internal = partitions.filter(({ topic }) => topic.name.startsWith('__')).length;
  return {
    conns: sum(kafka.brokers, ({ connectionCount }) => connectionCount),
    timers: clock.pending,
    topics: [...cluster.topics].length,
    parts: partitions.length,
    batches: sum(partitions, ({ log }) => log.batches.length),
    // By partition: the same producer counts once for each that it has written to.
    prodIds: sum(partitions, ({ producers }) => [...producers.entries].length),
    // Of partitions with coordinators, before the first transactional batch.
    checks: sum(partitions, ({ producers }) => producers.verifications.size),
    txnIds: kafka.transactions.list().length,
    groups: allGroups.length,
    offsets: sum(allGroups, ({ offsets }) => sum([...offsets.topics], (topic) => offsets.partitionsOf(topic).length)),
    members: sum(allGroups, ({ members }) => members.length),
    // Of requests and markers; the map of coordinators watches each internal partition for good.
    waiting: sum(partitions, ({ watchers }) => watchers.size) - internal,
  };
}

/** Those that are not over, as `name: count`. @param {States} states */
export function notOver(states) {
  return PASSING.filter((name) => states[name] !== 0).map((name) => `${name}: ${states[name]}`);
}

/** @template T @param {readonly T[]} values @param {(value: T) => number} of */
function sum(values, of) {
  return values.reduce((total, value) => total + of(value), 0);
}
