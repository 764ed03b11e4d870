import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { freePorts } from '../apache-kafka/free-ports.mjs';
import { packLibraries } from '../../scripts/pack.mjs';

const FIXTURES = resolve(import.meta.dirname, '../fixtures');
const NPM_FLAGS = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
const STARTED = 'Nest application successfully started';
const MAX_OUTPUT_BYTES = 16 << 20;
const KILLED_AFTER_MS = 60_000;

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServerEnd extends Output {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningServer {
  readonly url: string;
  /** Sends SIGTERM and waits for the end. */
  terminate(): Promise<ServerEnd>;
}

/** An application of `test/fixtures`, far from this repository's `node_modules`, with the packed libraries installed by npm. */
export class TemplateApplication {
  private constructor(readonly folder: string) {}

  static async install(fixture: string): Promise<TemplateApplication> {
    const application = new TemplateApplication(await mkdtemp(join(tmpdir(), `${fixture}-`)));
    const { folder } = application;
    await cp(join(FIXTURES, fixture), folder, { recursive: true });
    const tarballs = Object.values(await packLibraries(join(folder, 'tarballs')));
    await application.run('npm', 'ci', ...NPM_FLAGS);
    await application.run('npm', 'install', '--no-save', ...NPM_FLAGS, ...tarballs);
    return application;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** @throws with everything the command said when it fails */
  async run(command: string, ...args: readonly string[]): Promise<Output> {
    try {
      const options = { cwd: this.folder, env: environment(), maxBuffer: MAX_OUTPUT_BYTES };
      return await promisify(execFile)(command, args, options);
    } catch (error) {
      const { stdout = '', stderr = '' } = error as Partial<Output>;
      throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
    }
  }

  /** One of the programs that came with the application's own packages. */
  bin(name: string, ...args: readonly string[]): Promise<Output> {
    return this.run(process.execPath, join(this.folder, 'node_modules/.bin', name), ...args);
  }

  async installedVersion(name: string): Promise<string> {
    const manifest = await readFile(join(this.folder, 'node_modules', name, 'package.json'), 'utf8');
    return (JSON.parse(manifest) as { version: string }).version;
  }

  /** Starts what `nest build` has built, and waits until it listens. */
  async start(brokers: readonly string[]): Promise<RunningServer> {
    const [port] = await freePorts(1);
    const child = spawn(process.execPath, ['dist/main.js'], {
      cwd: this.folder,
      env: { ...environment(), PORT: String(port), KAFKA_BROKERS: brokers.join() },
      timeout: KILLED_AFTER_MS,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    await new Promise<void>((listening, failed) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (stdout.includes(STARTED)) listening();
      });
      void closed.then(() => failed(new Error(`The application ended before it listened:\n${stdout}${stderr}`)));
    });
    return {
      url: `http://localhost:${port}`,
      terminate: async () => {
        child.kill('SIGTERM');
        const [code, signal] = await closed;
        return { code, signal, stdout, stderr };
      },
    };
  }
}

/** Of a shell of its own: nothing of the test runner's, and the Node that runs it comes first. */
function environment(): NodeJS.ProcessEnv {
  const { PATH = '', ...others } = process.env;
  const kept = Object.entries(others).filter(
    ([name]) => !/^(VITEST.*|NODE_ENV|NODE_OPTIONS|TEST|DEV|PROD|MODE|SSR|BASE_URL|KAFKA.*)$/.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: dirname(process.execPath) + delimiter + PATH, NO_COLOR: '1', CI: 'true' };
}
