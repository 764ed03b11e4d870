import { readFileSync, writeFileSync } from 'node:fs';

import { startProgram, type RunningProgram } from '../../process/run-program.js';
import { pipelineNotes, type PipelineNotes } from './pipeline-notes.js';

/** `strategy`: `ExactlyOnceKafkaServer`. `plain`: Nest's own transport with `@ExactlyOnce()`. `unfenced`: a consumer that tells the broker nothing of itself. `offsets-first`: one that commits what it has not handled. */
export type PipelineTransport = 'strategy' | 'plain' | 'unfenced' | 'offsets-first';

/** What a worker is told when it starts, beside who it is and its seed. */
export interface PipelineWorkerOptions {
  readonly transport: PipelineTransport;
  readonly groupId: string;
  readonly source: string;
  readonly sink: string;
  readonly deadLetterTopic: string;
  /** Share of the handlings that fail on purpose. */
  readonly failureRate: number;
  /** A handler takes up to so many milliseconds. */
  readonly maxWorkMs: number;
  readonly maxMessagesPerUnit: number;
  /** After which a record is a dead letter. */
  readonly maxAttempts: number;
  readonly concurrency: number;
  /** kafkajs' names. */
  readonly session: {
    readonly sessionTimeout: number;
    readonly heartbeatInterval: number;
    readonly maxWaitTimeInMs: number;
  };
  readonly transactions: { readonly transactionTimeoutMs: number };
}

const KILLED_AFTER_MS = 600_000;
/** A graceful end: the unit that is open, and the way out of the group. */
const LEAVES_WITHIN_MS = 30_000;

/** One place for a process of a pipeline: it may be killed and started again. */
export class PipelineWorker {
  readonly #options: PipelineWorkerOptions;
  readonly #file: string;
  readonly #brokers: readonly string[];
  #program: RunningProgram | undefined;
  /** Of processes that ended although nobody had asked them to, or did not end well. */
  readonly #problems: string[];

  constructor(
    readonly clientId: string,
    folder: string,
    brokers: readonly string[],
    options: PipelineWorkerOptions,
    problems: string[],
  ) {
    this.#file = `${folder}/${clientId}`;
    this.#brokers = brokers;
    this.#options = options;
    this.#problems = problems;
    writeFileSync(this.#file, '');
  }

  get notes(): PipelineNotes {
    return pipelineNotes(this.#file);
  }

  /** @param seed of what its handlers do; another one each time, or they would fail in the same place again */
  async start(seed: number): Promise<void> {
    const { clientId } = this;
    const options = JSON.stringify({ ...this.#options, clientId, seed, notes: this.#file });
    const program = startProgram('pipeline-worker', [options, ...this.#brokers], [], KILLED_AFTER_MS);
    this.#program = program;
    void program.end.then(({ code, signal, stderr }) => {
      if (this.#program === program) this.#problems.push(`${clientId} ended by itself: ${code ?? signal}\n${stderr}`);
    });
    await program.said('works');
  }

  /** SIGSTOP: it keeps its connections, and answers nothing. */
  freeze(): void {
    const program = this.#running();
    program.kill('SIGSTOP');
    while (!isStopped(program.pid)) continue;
  }

  thaw(): void {
    this.#running().kill('SIGCONT');
  }

  /** SIGKILL, in whatever it is doing, if it runs. */
  async kill(): Promise<void> {
    const program = this.#program;
    this.#program = undefined;
    program?.kill('SIGKILL');
    await program?.end;
  }

  /** Shuts down as an application does. */
  async leave(): Promise<void> {
    const program = this.#running();
    this.#program = undefined;
    program.tell('stop');
    const late = setTimeout(() => program.kill('SIGKILL'), LEAVES_WITHIN_MS);
    const { code, signal, stdout, stderr } = await program.end;
    clearTimeout(late);
    if (code !== 0)
      this.#problems.push(`${this.clientId} was told to stop and ended with ${code ?? signal}\n${stdout}${stderr}`);
  }

  #running(): RunningProgram {
    if (this.#program === undefined) throw new Error(`${this.clientId} does not run`);
    return this.#program;
  }
}

/** The thread that runs JavaScript: a signal takes a moment, in which it could still send. Where there is no /proc nobody can tell. */
function isStopped(pid: number | undefined): boolean {
  try {
    return / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
