// @ts-check
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runJava, spawnJava } from './java-process.mjs';

const STARTED = /Kafka Server started/;
const START_TIMEOUT_MS = 90_000;
/** For all threads of a process to stand still. */
const STOP_TIMEOUT_MS = 2_000;
const LOG_TAIL_LINES = 40;

/** One process of a cluster. The verbs resolve when what they name has happened. */
export class KafkaNode {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;
  /** @type {Promise<void>} */
  #exited = Promise.resolve();
  #logFile;
  #starts = 0;

  /**
   * @param {number} id   Kafka's `node.id`, from 1
   * @param {string} folder   configuration, data and logs of this node alone
   * @param {{ jvmArgs: readonly string[], clusterFolder: string, kafkaVersion?: string | undefined }} options   `clusterFolder` goes when this process dies without stopping the node
   */
  constructor(id, folder, { jvmArgs, clusterFolder, kafkaVersion }) {
    this.id = id;
    this.folder = folder;
    this.jvmArgs = jvmArgs;
    this.clusterFolder = clusterFolder;
    this.kafkaVersion = kafkaVersion;
    this.#logFile = join(folder, 'server.0.log');
  }

  get #configuration() {
    return join(this.folder, 'server.properties');
  }

  /**
   * @param {string} properties
   * @param {string} clusterId
   * @param {{ scramUsers: readonly string[], features: readonly string[] }} options   as `--add-scram` and `--feature` take them
   */
  async format(properties, clusterId, { scramUsers, features }) {
    await mkdir(this.folder, { recursive: true });
    await writeFile(this.#configuration, properties);
    const scram = scramUsers.flatMap((user) => ['--add-scram', user]);
    const levels = features.flatMap((level) => ['--feature', level]);
    const options = ['format', `--cluster-id=${clusterId}`, '--config', this.#configuration, ...scram, ...levels];
    const { kafkaVersion } = this;
    const { code, stdout, stderr } = await runJava('kafka.tools.StorageTool', options, { kafkaVersion });
    if (code !== 0) throw new Error(`formatting the storage of node ${this.id} failed:\n${stdout}${stderr}`);
  }

  /** Resolves when the broker has joined the cluster. @throws with the last lines of its log when it does not. */
  async start() {
    if (this.#process) throw new Error(`node ${this.id} is running already`);
    this.#logFile = join(this.folder, `server.${++this.#starts}.log`);
    // Into a file, not through this process: a blocked event loop here must not block the broker.
    const log = openSync(this.#logFile, 'a');
    const java = await spawnJava({
      jvmArgs: this.jvmArgs,
      main: 'kafka.Kafka',
      args: [this.#configuration],
      logLevel: 'INFO',
      stdio: ['ignore', log, log],
      cwd: this.folder,
      removeWithIt: this.clusterFolder,
      kafkaVersion: this.kafkaVersion,
    });
    closeSync(log);
    this.#process = java;
    this.#exited = ended(java).then(() => {
      this.#process = undefined;
    });
    await this.#untilStarted();
  }

  async #untilStarted() {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!STARTED.test(this.log())) {
      if (!this.#process) throw new Error(`node ${this.id} ended while it started. ${this.#lastLines()}`);
      if (Date.now() > deadline) {
        await this.kill();
        throw new Error(`node ${this.id} did not start within ${START_TIMEOUT_MS / 1000} s. ${this.#lastLines()}`);
      }
      await delay(50);
    }
  }

  /** What the broker has logged since its last start. */
  log() {
    return readFileSync(this.#logFile, 'utf8');
  }

  #lastLines() {
    return `Its log ends with:\n${this.log().trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n')}`;
  }

  /** A controlled shutdown: leaders move to other nodes first. */
  async stop() {
    this.#signal('SIGTERM');
    await this.#exited;
  }

  /** A crash. */
  async kill() {
    this.#signal('SIGKILL');
    await this.#exited;
  }

  /** A process that keeps its connections and answers nothing, like one in a long garbage collection. */
  pause() {
    this.#signal('SIGSTOP');
    this.#untilStopped();
  }

  resume() {
    this.#signal('SIGCONT');
  }

  /** On a busy machine its threads go on for a moment, and answer: long enough for what a test sends next. Where there is no /proc it is not waited for. */
  #untilStopped() {
    const pid = this.#process?.pid;
    const giveUpAtMs = Date.now() + STOP_TIMEOUT_MS;
    while (Date.now() < giveUpAtMs) {
      try {
        const threads = readdirSync(`/proc/${pid}/task`);
        if (threads.every((thread) => / T /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')))) return;
      } catch {
        return;
      }
    }
  }

  /** Starts again, with the data and the ports it had; stops first when it runs. */
  async restart() {
    if (this.#process) await this.stop();
    await this.start();
  }

  /** @param {NodeJS.Signals} signal */
  #signal(signal) {
    this.#process?.kill(signal);
  }
}

/** @param {import('node:child_process').ChildProcess} process @returns {Promise<void>} */
function ended(process) {
  return new Promise((resolve) => process.once('error', () => resolve()).once('exit', () => resolve()));
}
