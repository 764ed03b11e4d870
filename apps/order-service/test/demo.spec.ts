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

async function demo(...flags: string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [...DEMO, ...flags], { timeout: 55_000 })) };
  } catch (error) {
    return error as Ended;
  }
}

describe('npm run demo', () => {
  it('posts all orders, finds every record with kafkajs, says nothing on stderr and ends by itself', async () => {
    const { code, stdout, stderr } = await demo();

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('an embedded cluster of 3 brokers');
    expect(stdout).toContain('Posting orders  300/300');
    expect(stdout).toMatch(/^orders\.placed +300 +\d+ +\d+\.\d +[\d,]+$/m);
    expect(stdout).toMatch(/^inventory\.reserved +705 +\d+ +\d+\.\d +[\d,]+$/m);
    expect(stdout).toMatch(/300 orders over HTTP, 16 at a time, in [\d.]+ s: latency p50 [\d.]+ ms, p99 [\d.]+ ms\./);
    const [, perTransaction = ''] = /in \d+ transactions of Kafka: ([\d.]+) orders per transaction/.exec(stdout) ?? [];
    expect(Number(perTransaction)).toBeGreaterThan(1);
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

  it.each(['SIGTERM', 'SIGINT'] as const)('serves on with --serve, and ends on %s', async (signal) => {
    const child = spawn(process.execPath, [...DEMO, '--serve'], { timeout: 55_000 });
    const ended = once(child, 'close');
    let stdout = '';
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    for await (const chunk of child.stdout) {
      stdout += String(chunk);
      if (stdout.includes('Ctrl-C ends it.')) break;
    }
    const [, url = ''] = /curl (http:\S+)\/health/.exec(stdout) ?? [];
    const [, example = ''] = /\/orders -H 'content-type: application\/json' -d '(.+)'/.exec(stdout) ?? [];
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await post(`${url}/orders`, example)).status).toBe(201);
    expect((await post(`${url}/orders`, '{"reference":"?"}')).status).toBe(400);

    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(stderr).toBe('');
    await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
  });
});

function post(url: string, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}
