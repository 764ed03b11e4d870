import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { runJava } from '../apache-kafka/launcher.mjs';
import { java } from '../support/apache-kafka.js';
import { describeNeeding } from '../support/describe-needing.js';

describeNeeding([java], "Kafka's own tools on the embedded cluster", () => {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({ brokers: 3 });
  });
  afterAll(() => kafka.stop());

  async function tool(name: string, args: readonly string[], input?: string): Promise<string> {
    const result = await runJava(`org.apache.kafka.tools.${name}`, args, input === undefined ? {} : { input });
    expect(result.code, `${result.stderr}\n${result.stdout}`).toBe(0);
    return result.stdout;
  }
  const server = () => ['--bootstrap-server', kafka.bootstrap.join(',')];

  it('creates and describes a topic', async () => {
    const topic = ['--topic', 'orders', '--partitions', '3', '--replication-factor', '3'];
    await tool('TopicCommand', [...server(), '--create', ...topic, '--config', 'min.insync.replicas=2']);
    const described = await tool('TopicCommand', [...server(), '--describe', '--topic', 'orders']);
    expect(described).toMatch(/PartitionCount: 3\s+ReplicationFactor: 3\s+Configs: min.insync.replicas=2/);
    expect(described.match(/Isr: \d,\d,\d/g)).toHaveLength(3);
  });

  it('produces idempotently and consumes in a group', async () => {
    const lines = Array.from({ length: 200 }, (_, at) => `line ${at}`);
    // With keys, so that every partition has records: of an empty one the consumer need not know a position, and then commits none.
    const keyed = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:'];
    const input = lines.map((line) => `key of ${line}:${line}\n`).join('');
    await tool('ConsoleProducer', [...server(), '--topic', 'orders', ...keyed], input);
    const records = await kafka.recordsIn('orders');
    expect(records.map(({ value }) => `${value?.toString()}`).toSorted()).toEqual(lines.toSorted());
    expect(records.every(({ producer }) => producer !== undefined)).toBe(true);
    const until = ['--max-messages', '200', '--timeout-ms', '30000'];
    const read = ['--topic', 'orders', '--from-beginning', '--group', 'readers', ...until];
    expect((await tool('consumer.ConsoleConsumer', [...server(), ...read])).trimEnd().split('\n').toSorted()).toEqual(
      lines.toSorted(),
    );
    const described = await tool('consumer.group.ConsumerGroupCommand', [
      ...server(),
      '--describe',
      '--group',
      'readers',
    ]);
    const lags = described.split('\n').filter((line) => line.startsWith('readers'));
    expect(lags.map((line) => line.split(/\s+/)[5])).toEqual(['0', '0', '0']);
  });
});
