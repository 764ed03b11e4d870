import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Kafka, logLevel } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';

import { freePorts } from '../apache-kafka/free-ports.mjs';
import { describeNeeding } from '../support/describe-needing.js';
import { kcat, kcatInstalled } from '../support/kcat.js';
import { startFile, type RunningProgram } from './run-program.js';

const PROGRAM = join(import.meta.dirname, '../../libs/embedded-kafka/dist/cli/main.js');
const READY = /^embedded-kafka is ready: /;

const running: RunningProgram[] = [];
afterEach(() => {
  for (const program of running.splice(0)) program.kill('SIGKILL');
});

function start(...args: string[]): RunningProgram {
  const program = startFile(PROGRAM, args);
  running.push(program);
  return program;
}

async function bootstrapOf(program: RunningProgram): Promise<string[]> {
  return (await program.said(READY)).replace(READY, '').split(',');
}

function client(brokers: string[]): Kafka {
  return new Kafka({ clientId: 'cli-spec', brokers, logLevel: logLevel.NOTHING });
}

describe('the embedded-kafka program', () => {
  it('serves the topics it was told of, says where, and ends with 0 on a signal', async () => {
    const program = start('--port', '0', '--brokers', '3', '--topics', 'orders:6,payments:2:1', '--topics', 'audit');
    const brokers = await bootstrapOf(program);
    const admin = client(brokers).admin();
    const producer = client(brokers).producer();
    await Promise.all([admin.connect(), producer.connect()]);
    const { topics } = await admin.fetchTopicMetadata();
    expect(brokers).toHaveLength(3);
    expect(Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.length]))).toEqual({
      orders: 6,
      payments: 2,
      audit: 1,
    });
    expect(topics.find(({ name }) => name === 'payments')?.partitions[0]?.replicas).toHaveLength(1);
    const [placed] = await producer.send({ topic: 'orders', messages: [{ key: 'o-1', value: 'placed' }] });
    expect(placed?.baseOffset).toBe('0');
    // While both are connected: a connection that is open must not hold the process.
    program.kill('SIGTERM');
    expect(await program.end).toMatchObject({ code: 0, signal: null, stderr: '' });
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  });

  it('creates topics that clients ask for, when it was told to', async () => {
    const program = start('--port', '0', '--auto-create-topics', '--default-partitions', '4');
    const producer = client(await bootstrapOf(program)).producer({ allowAutoTopicCreation: true });
    await producer.connect();
    await producer.send({ topic: 'asked-for', messages: [{ value: 'v', partition: 3 }] });
    await producer.disconnect();
    program.kill('SIGINT');
    expect(await program.end).toMatchObject({ code: 0 });
  });

  it('lets in who knows a password, by TLS, and tells whom to trust', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-'));
    const caFile = join(folder, 'ca.pem');
    const program = start('--port', '0', '--topics', 'orders', '--user', 'ada:l:ove', '--tls', '--ca-file', caFile);
    const brokers = await bootstrapOf(program);
    const ssl = { ca: await readFile(caFile, 'utf8') };
    const sasl = { mechanism: 'plain', username: 'ada', password: 'l:ove' } as const;
    const admin = new Kafka({ brokers, ssl, sasl, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    expect(await admin.listTopics()).toEqual(['orders']);
    await admin.disconnect();
    program.kill('SIGTERM');
    expect(await program.end).toMatchObject({ code: 0, stderr: '' });
    await rm(folder, { recursive: true });
  });

  it('prints every request when verbose, and nothing at all when quiet', async () => {
    const verbose = start('--port', '0', '--verbose', '--topics', 'orders');
    const producer = client(await bootstrapOf(verbose)).producer();
    await producer.connect();
    await producer.send({ topic: 'orders', messages: [{ value: 'one' }, { value: 'two' }] });
    await verbose.said(/broker 1: Produce v\d+ from "cli-spec", \d+ B, 2 records for orders-0$/);
    await producer.disconnect();
    verbose.kill('SIGTERM');
    await verbose.end;

    const [port = 0] = await freePorts(1);
    const quiet = start('--port', String(port), '--quiet');
    await accepting(port);
    quiet.kill('SIGTERM');
    expect(await quiet.end).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  });

  it('says which port is taken, and ends with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await start('--port', String(port)).end;
    other.close();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).toContain('--port 0');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('ends with 1 when it cannot write the certificate', async () => {
    const { code, stdout, stderr } = await start('--port', '0', '--tls', '--ca-file', '/nowhere/ca.pem').end;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('/nowhere/ca.pem');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each([
    [['--prot', '9092'], `Unknown option '--prot'`],
    [['orders'], `Unexpected argument 'orders'`],
    [['--port'], `'--port <value>' argument missing`],
    [['--port', '9092x'], '--port must be an integer, not "9092x"'],
    [['--brokers', '10', '--seed=-1'], '--brokers must be an integer from 1 to 9, not 10; --seed must be'],
    [['--topics', 'orders:six'], 'not "orders:six"'],
    [['--port', '0', '--topics', 'or ders'], 'topic name "or ders" has characters'],
    [['--port', '0', '--topics', 'orders:1:3'], 'a replication factor of 3 needs as many brokers'],
    [['--user', 'ada'], '--user takes name:password'],
    [['--ca-file', 'ca.pem'], '--ca-file means nothing without --tls'],
    [['--quiet', '--verbose'], '--quiet and --verbose exclude each other'],
  ])('ends with 2 and one clear line on %j', async (args, message) => {
    const { code, stdout, stderr } = await start(...args).end;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('prints its flags and its version', async () => {
    const [help, version] = await Promise.all([start('--help').end, start('--version').end]);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('--topics');
    expect(version).toMatchObject({ code: 0, stderr: '' });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('goes on when nobody reads what it says any more', async () => {
    const child = spawn(process.execPath, [PROGRAM, '--port', '0', '--verbose'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const [bootstrap = ''] = line.toString().replace(READY, '').trim().split(',');
    child.stdout.destroy();
    const admin = client([bootstrap]).admin();
    await admin.connect();
    for (let times = 0; times < 20; times++) await admin.listTopics();
    await admin.disconnect();
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(complaints).toBe('');
  });
});

describeNeeding([kcatInstalled], 'the embedded-kafka program and kcat', () => {
  it('keeps what is written and gives it back', async () => {
    const program = start('--port', '0', '--topics', 'orders:1');
    const [bootstrap = ''] = await bootstrapOf(program);
    await kcat(['-b', bootstrap, '-t', 'orders', '-P'], 'one\ntwo\n');
    expect(await kcat(['-b', bootstrap, '-t', 'orders', '-C', '-e', '-q'])).toBe('one\ntwo\n');
    program.kill('SIGTERM');
    expect(await program.end).toMatchObject({ code: 0 });
  });
});

/** Waits for something to listen. */
async function accepting(port: number): Promise<void> {
  const admin = client([`127.0.0.1:${port}`]).admin();
  await admin.connect();
  await admin.disconnect();
}
