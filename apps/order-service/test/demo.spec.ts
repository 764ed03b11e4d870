import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As `npm run demo` does, on the built output; `src/demo/main.ts` says why with this flag. */
const DEMO = ['--disable-warning=TimeoutNegativeWarning', join(import.meta.dirname, '../dist/demo/main.js')];

/** Only a defect takes so long. */
const PATIENCE_MS = 110_000;

async function demo(...flags: string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [...DEMO, ...flags], { timeout: PATIENCE_MS })) };
  } catch (error) {
    return error as Ended;
  }
}

/** The demo, while it runs. */
function startDemo(...flags: string[]) {
  const child = spawn(process.execPath, [...DEMO, ...flags], { timeout: PATIENCE_MS });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = once(child, 'close') as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  return {
    output,
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** The match, once it has been printed. */
    said: async (pattern: RegExp): Promise<RegExpExecArray> => {
      await expect.poll(() => output.stdout, { timeout: PATIENCE_MS }).toMatch(pattern);
      return pattern.exec(output.stdout)!;
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('npm run demo', { timeout: 120_000 }, () => {
  it('places all orders, kills the worker in the middle, and finds every order answered exactly once', async () => {
    const { code, stdout, stderr } = await demo();

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('Kafka is an embedded cluster of 3 brokers');
    expect(stdout).toContain('Posting orders  300/300');
    expect(stdout).toContain('Answering orders  300/300');
    const [, answered] = /killed with SIGKILL when (\d+) orders were answered/.exec(stdout) ?? [];
    expect(Number(answered)).toBeGreaterThanOrEqual(100);
    expect(Number(answered)).toBeLessThanOrEqual(200);
    for (const [topic, count] of [
      ['orders.placed', 300],
      ['inventory.reserved', 705],
      ['orders.confirmed', 277],
      ['orders.rejected', 23],
    ])
      expect(stdout).toMatch(new RegExp(`^${topic} +${count} +\\d+ +\\d+\\.\\d +[\\d,]+$`, 'm'));
    expect(stdout).toMatch(/300 orders over HTTP, 16 at a time, in [\d.]+ s: latency p50 [\d.]+ ms, p99 [\d.]+ ms\./);
    const [, perTransaction = ''] = /in \d+ transactions of Kafka: ([\d.]+) orders per transaction/.exec(stdout) ?? [];
    expect(Number(perTransaction)).toBeGreaterThan(1);
    expect(stdout).toContain(
      'Every one of the 300 orders was answered exactly once: 277 confirmed, 23 rejected, none twice, none lost.',
    );
  });

  it('explains its flags', async () => {
    const { code, stdout } = await demo('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--brokers host:port');
  });

  it('says in a line what is wrong with a flag', async () => {
    expect(await demo('--broker', 'a:1')).toMatchObject({
      code: 1,
      stderr: '--broker is not an option. See npm run demo -- --help.\n',
    });
  });

  it('says which brokers do not answer', async () => {
    const { code, stderr } = await demo('--brokers', '127.0.0.1:1');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The Kafka cluster at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/);
    expect(stderr).not.toContain('    at ');
  });

  it('says that its port is in use', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await demo('--port', String(port));
    server.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${port} is in use. Stop what listens there, or choose another port.\n`);
    expect(stderr).not.toContain('    at ');
  });

  it('serves on with --serve, prints what the worker answers, and ends on Ctrl-C', async () => {
    const { said, output, kill, ended } = startDemo('--serve');
    const [, url = ''] = await said(/curl (http:\S+)\/health[^]*Ctrl-C ends all\./);
    const examples = [...output.stdout.matchAll(/\/orders -H 'content-type: application\/json' -d '(.+)'/g)];
    const [small = '', large = '', wrong = ''] = examples.map(([, body = '']) => body);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await post(`${url}/orders`, small)).status).toBe(201);
    expect((await post(`${url}/orders`, large)).status).toBe(201);
    expect((await post(`${url}/orders`, wrong)).status).toBe(400);
    await said(/^orders\.confirmed {2}SO-90001$/m);
    await said(/^orders\.rejected {2}SO-90002$/m);

    const [, worker] = await said(/Process (\d+) has them now/);
    kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(output.stderr).toBe('');
    expect(isRunning(Number(worker))).toBe(false);
    await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends on %s in the middle, with nothing left behind', async (signal, exitCode) => {
    const { said, output, kill, ended } = startDemo();
    const [, worker] = await said(/The worker is process (\d+)/);
    kill(signal);
    expect(await ended).toEqual([exitCode, null]);
    expect(output.stderr).toBe('');
    expect(isRunning(Number(worker))).toBe(false);
  });

  it('takes the worker along when it is killed itself', async () => {
    const { said, kill, ended } = startDemo();
    const [, worker] = await said(/The worker is process (\d+)/);
    kill('SIGKILL');
    await ended;
    await expect.poll(() => isRunning(Number(worker)), { timeout: 30_000 }).toBe(false);
  });

  it('says so when the worker ends without being asked to', async () => {
    const { said, output, ended } = startDemo('--serve');
    const [, worker] = await said(/Process (\d+) has them now[^]*Ctrl-C ends all\./);
    process.kill(Number(worker), 'SIGKILL');
    expect(await ended).toEqual([1, null]);
    expect(output.stderr).toMatch(
      new RegExp(
        `^The worker \\(process ${worker}\\) was ended by SIGKILL\\. The end of its log:\n\n.*Answering orders\\.placed`,
        's',
      ),
    );
    expect(output.stderr).not.toContain('    at ');
  });
});

function post(url: string, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}
