import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DemoFailure } from './demo-failure.js';

const MAIN = fileURLToPath(new URL('../worker/main.js', import.meta.url));
/** As in package.json; `main.ts` of the demo says why. */
const NODE_FLAGS = ['--disable-warning=TimeoutNegativeWarning'];
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const LOG_LINES = 20;

/** The worker in a process of its own, which ends with this one, however this one ends. */
export class WorkerProcess {
  /** Resolves when it has joined its group. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isWanted = true;
  #log = '';

  /** @param onFailure told when it is not ready in time, or has ended without being asked to, with the end of its log */
  constructor(brokers: readonly string[], groupId: string, onFailure: (error: Error) => void) {
    this.#child = fork(MAIN, {
      execArgv: NODE_FLAGS,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, KAFKA_BROKERS: brokers.join(','), WORKER_GROUP: groupId, NO_COLOR: '1' },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    this.ready = new Promise((resolve) => this.#child.once('message', () => resolve()));
    const fail = (what: string): void => {
      if (this.#isWanted) onFailure(new DemoFailure(`The worker (process ${this.pid}) ${what}. ${this.#endOfLog()}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${READY_TIMEOUT_MS / 1_000} s`), READY_TIMEOUT_MS);
    this.#child.once('message', () => clearTimeout(timer));
    this.#ended = new Promise((resolve) =>
      this.#child.once('close', (code, signal) => {
        clearTimeout(timer);
        fail(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
        resolve();
      }),
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** At once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#isWanted = false;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Lets it finish what it is doing. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    this.#child.kill('SIGTERM');
    await this.#ended;
    clearTimeout(timer);
  }

  #endOfLog(): string {
    const lines = this.#log.trimEnd().split('\n').slice(-LOG_LINES);
    return `The end of its log:\n\n${lines.join('\n')}`;
  }
}
