import { spawn, type ChildProcess } from 'node:child_process';

import type { SeenPart } from '../history/check-units.js';
import { partOf } from '../history/unit-record.js';

/** A `read_committed` consumer of librdkafka that reads topics of units from their beginning on and goes on reading until it is stopped. */
export class KcatReader {
  readonly #processes: readonly ChildProcess[];
  /** What it was given so far. */
  readonly seen: SeenPart[] = [];
  #stderr = '';

  constructor(bootstrap: readonly string[], topics: readonly string[]) {
    const settings = ['isolation.level=read_committed', 'fetch.wait.max.ms=100', 'check.crcs=true'];
    const args = ['-C', '-q', '-u', '-o', 'beginning', '-f', '%s\\n', ...settings.flatMap((one) => ['-X', one])];
    this.#processes = topics.map((topic) => {
      const child = spawn('kcat', ['-b', bootstrap.join(','), '-t', topic, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let rest = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.seen.push(partOf(line));
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
      return child;
    });
  }

  /** @returns what it complained about */
  async stop(): Promise<string> {
    const ended = this.#processes.map((child) => new Promise((resolve) => child.once('close', resolve)));
    for (const child of this.#processes) child.kill('SIGTERM');
    await Promise.all(ended);
    return this.#stderr;
  }
}
