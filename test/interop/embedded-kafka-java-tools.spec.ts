import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { java } from '../support/apache-kafka.js';
import { describeNeeding } from '../support/describe-needing.js';
import { javaTool, tryJavaTool } from './java-tool.js';

const COUNT = 1_000;

describeNeeding([java], "more of Kafka's own tools on the embedded cluster", () => {
  let kafka: EmbeddedKafka;
  let folder: string;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({
      brokers: 3,
      topics: [{ name: 'measured', partitions: 3 }],
      acls: [],
      allowEveryoneIfNoAcl: true,
    });
    folder = await mkdtemp(join(tmpdir(), 'embedded-kafka-java-'));
  });
  afterAll(async () => {
    await kafka.stop();
    await rm(folder, { recursive: true });
  });

  const tool = (name: string, ...args: string[]) => javaTool(kafka, name, args);
  async function jsonFile(name: string, content: unknown): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, JSON.stringify(content));
    return file;
  }

  it('measures producers and consumers', async () => {
    const size = ['--topic', 'measured', '--num-records', String(COUNT), '--record-size', '200', '--throughput', '-1'];
    const compressed = ['--command-property', 'compression.type=zstd'];
    expect(await tool('ProducerPerformance', ...size, ...compressed)).toContain(`${COUNT} records sent`);
    const records = await kafka.recordsIn('measured');
    expect(records).toHaveLength(COUNT);
    expect(new Set(records.map(({ producer }) => producer?.id)).size).toBe(1);
    const measured = await tool('ConsumerPerformance', '--topic', 'measured', '--num-records', String(COUNT));
    expect(measured.trimEnd().split('\n').at(-1)?.split(', ')[4]).toBe(String(COUNT));
  });

  it('tells offsets and deletes records', async () => {
    const ends = async () => {
      const lines = (await tool('GetOffsetShell', '--topic', 'measured')).trimEnd().split('\n');
      return lines.map((line) => Number(line.split(':')[2]));
    };
    expect((await ends()).reduce((sum, end) => sum + end, 0)).toBe(COUNT);
    const [end] = await ends();
    const file = await jsonFile('delete.json', {
      version: 1,
      partitions: [{ topic: 'measured', partition: 0, offset: end }],
    });
    const deleted = await tool('DeleteRecordsCommand', '--offset-json-file', file);
    expect(deleted).toContain(`partition: measured-0\tlow_watermark: ${end}`);
    const earliest = await tool('GetOffsetShell', '--topic-partitions', 'measured:0', '--time', 'earliest');
    expect(earliest.trim()).toBe(`measured:0:${end}`);
  });

  it('alters and describes settings', async () => {
    const config = 'kafka.admin.ConfigCommand';
    const entity = ['--entity-type', 'topics', '--entity-name', 'measured'];
    await tool(config, '--alter', ...entity, '--add-config', 'retention.ms=1234567,cleanup.policy=compact');
    const described = await tool(config, '--describe', ...entity);
    expect(described).toMatch(/cleanup.policy=compact[^]*retention.ms=1234567/);
    await tool(config, '--alter', ...entity, '--delete-config', 'cleanup.policy');
    expect(await tool(config, '--describe', ...entity)).not.toContain('cleanup.policy=compact');
  });

  it('has no quotas, and says so', async () => {
    const { code, stdout, stderr } = await tryJavaTool(kafka, 'kafka.admin.ConfigCommand', [
      '--describe',
      '--entity-type',
      'clients',
    ]);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('The node does not support DESCRIBE_CLIENT_QUOTAS');
  });

  it('extends, moves and deletes topics, and elects leaders', async () => {
    await tool('TopicCommand', '--create', '--topic', 'moved', '--replica-assignment', '1:2,2:3');
    await tool('TopicCommand', '--alter', '--topic', 'moved', '--partitions', '3');
    const file = await jsonFile('move.json', {
      version: 1,
      partitions: [{ topic: 'moved', partition: 0, replicas: [3, 1] }],
    });
    const reassignment = ['--reassignment-json-file', file];
    await tool('reassign.ReassignPartitionsCommand', ...reassignment, '--execute');
    expect(await tool('reassign.ReassignPartitionsCommand', ...reassignment, '--verify')).toContain(
      'Reassignment of partition moved-0 is completed.',
    );
    await tool('LeaderElectionCommand', '--election-type', 'preferred', '--topic', 'moved', '--partition', '0');
    const described = await tool('TopicCommand', '--describe', '--topic', 'moved');
    expect(described).toMatch(/PartitionCount: 3[^]*Partition: 0\s+Leader: 3\s+Replicas: 3,1/);
    await tool('TopicCommand', '--delete', '--topic', 'moved');
    expect((await tool('TopicCommand', '--list')).trim().split('\n')).not.toContain('moved');
  });

  it('gives, lists and takes rights', async () => {
    const rule = ['--allow-principal', 'User:alice', '--operation', 'Read', '--topic', 'measured'];
    await tool('AclCommand', '--add', ...rule);
    expect(await tool('AclCommand', '--list', '--topic', 'measured')).toContain(
      'principal=User:alice, host=*, operation=READ',
    );
    await tool('AclCommand', '--remove', '--force', ...rule);
    expect(await tool('AclCommand', '--list', '--topic', 'measured')).not.toContain('alice');
  });

  it('tells its log folders, features and the versions it serves', async () => {
    const versions = await tool('BrokerApiVersionsCommand');
    expect(versions.match(/Produce\(0\): 0 to \d+/g)).toHaveLength(3);
    const folders = await tool('LogDirsCommand', '--describe', '--topic-list', 'measured');
    expect(folders).toContain('"partition":"measured-0"');
    expect(await tool('FeatureCommand', 'describe')).toMatch(/transaction.version.*FinalizedVersionLevel: 2/);
  });
});
