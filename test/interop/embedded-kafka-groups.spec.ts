import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { EmbeddedKafka } from 'embedded-kafka';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { runJava } from '../apache-kafka/launcher.mjs';
import { java } from '../support/apache-kafka.js';
import { describeNeeding } from '../support/describe-needing.js';
import { kcatInstalled } from '../support/kcat.js';

const PARTITIONS = 4;

async function produce(kafka: EmbeddedKafka, topic: string, ...values: string[]): Promise<void> {
  const producer = new Kafka({ brokers: kafka.bootstrap, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic, messages: values.map((value, at) => ({ value, partition: at % PARTITIONS })) });
  await producer.disconnect();
}

describeNeeding([java], "Kafka's own group tools on the embedded cluster", () => {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({ brokers: 3, topics: [{ name: 'orders', partitions: PARTITIONS }] });
    await produce(kafka, 'orders', 'a', 'b', 'c', 'd');
  });
  afterAll(() => kafka.stop());

  const run = (name: string, ...args: string[]) =>
    runJava(`org.apache.kafka.tools.consumer.${name}`, ['--bootstrap-server', kafka.bootstrap.join(','), ...args]);

  async function groups(...args: string[]): Promise<string> {
    const result = await run('group.ConsumerGroupCommand', ...args);
    expect(result.code, `${result.stderr}\n${result.stdout}`).toBe(0);
    return result.stdout;
  }

  async function consume(...args: string[]): Promise<string[]> {
    const until = ['--max-messages', '4', '--timeout-ms', '30000'];
    const result = await run('ConsoleConsumer', '--topic', 'orders', '--group', 'readers', ...until, ...args);
    expect(result.code, result.stderr).toBe(0);
    return result.stdout
      .trim()
      .split('\n')
      .toSorted((one, other) => one.localeCompare(other));
  }

  /** Committed offset and lag of each partition. */
  async function lags(): Promise<string[]> {
    const described = await groups('--describe', '--group', 'readers');
    return described
      .split('\n')
      .map((line) => line.split(/\s+/))
      .filter(([group]) => group === 'readers')
      .map(([, , partition, offset, , lag]) => `${partition}: ${offset}, ${lag}`)
      .toSorted((one, other) => one.localeCompare(other));
  }

  it('consumes, lists, describes, resets and deletes a group and its offsets', async () => {
    expect(await consume('--from-beginning')).toEqual(['a', 'b', 'c', 'd']);
    expect((await groups('--list')).trim()).toBe('readers');
    expect(await lags()).toEqual(['0: 1, 0', '1: 1, 0', '2: 1, 0', '3: 1, 0']);
    expect(await groups('--describe', '--group', 'readers', '--state')).toMatch(/readers .*Empty\s+0/);
    const topic = ['--group', 'readers', '--topic', 'orders'];
    await groups('--reset-offsets', ...topic, '--to-earliest', '--execute');
    expect(await lags()).toEqual(['0: 0, 1', '1: 0, 1', '2: 0, 1', '3: 0, 1']);
    expect(await consume()).toEqual(['a', 'b', 'c', 'd']);
    expect(await groups('--delete-offsets', ...topic)).toContain('Successful');
    expect(await groups('--delete', '--group', 'readers')).toContain('was successful');
    expect((await groups('--list')).trim()).toBe('');
  });

  it('tells a consumer of the newer group protocol that the cluster does not have it', async () => {
    const newer = ['--command-property', 'group.protocol=consumer'];
    const { stderr } = await run('ConsoleConsumer', '--topic', 'orders', '--group', 'newer', ...newer);
    expect(stderr).toContain('The cluster does not support the new CONSUMER group protocol');
  });
});

describeNeeding([kcatInstalled], 'librdkafka in a group of the embedded cluster', () => {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({
      brokers: 3,
      topics: [{ name: 'shared', partitions: PARTITIONS }],
      groupMinSessionTimeoutMs: 1_000,
    });
  });
  afterAll(() => kafka.stop());

  /** A consumer that runs until it is ended; `next` waits for something it has not told yet. */
  function member(...config: string[]) {
    const settings = ['session.timeout.ms=2000', 'heartbeat.interval.ms=100', 'auto.offset.reset=earliest', ...config];
    const args = ['-b', kafka.bootstrap.join(','), '-G', 'readers', ...settings.flatMap((one) => ['-X', one])];
    const child = spawn('kcat', [...args, '-u', 'shared']);
    const told = createInterface(child.stderr)[Symbol.asyncIterator]();
    const read = createInterface(child.stdout)[Symbol.asyncIterator]();
    return {
      /** Partitions it has when they are so many. */
      async assigned(count: number): Promise<string[]> {
        for (;;) {
          const { value = '', done } = await told.next();
          if (done) throw new Error('kcat has ended');
          const partitions = value.includes('assigned:') ? (value.match(/\[\d+\]/g) ?? []) : [];
          if (partitions.length === count && !value.includes('revoked')) return partitions;
        }
      },
      async read(count: number): Promise<string[]> {
        const lines: string[] = [];
        while (lines.length < count) lines.push((await read.next()).value ?? '');
        return lines;
      },
      end: (signal: NodeJS.Signals) =>
        new Promise<void>((resolve) => {
          child.once('close', () => resolve());
          child.kill(signal);
        }),
    };
  }

  it('shares the partitions between two members, and moves them when one is killed', async () => {
    const first = member();
    await first.assigned(4);
    const second = member();
    const [ofFirst, ofSecond] = await Promise.all([first.assigned(2), second.assigned(2)]);
    expect(new Set([...ofFirst, ...ofSecond]).size).toBe(4);
    await produce(kafka, 'shared', 'a', 'b', 'c', 'd');
    const values = await Promise.all([first.read(2), second.read(2)]);
    expect(new Set(values.flat())).toEqual(new Set(['a', 'b', 'c', 'd']));
    await second.end('SIGKILL');
    await first.assigned(4);
    await first.end('SIGTERM');
  });

  it('keeps the partitions of a static member that comes back', async () => {
    const first = member();
    await first.assigned(4);
    const settled = first.assigned(2);
    const fixed = member('group.instance.id=fixed', 'session.timeout.ms=20000');
    const [, before] = await Promise.all([settled, fixed.assigned(2)]);
    await fixed.end('SIGKILL');
    const joins = () => kafka.requests('JoinGroup').length;
    const joinsBefore = joins();
    const again = member('group.instance.id=fixed', 'session.timeout.ms=20000');
    expect(await again.assigned(2)).toEqual(before);
    expect(joins()).toBe(joinsBefore + 1);
    await Promise.all([first.end('SIGTERM'), again.end('SIGTERM')]);
  });
});
