import { fork } from 'node:child_process';

/** A process of the soak and what it tells: one answer per command. */
export class Child {
  #process;
  /** @type {Map<string, (message: object) => void>} */
  #expected = new Map();
  #gone;

  /**
   * @param {string} script
   * @param {string} argument
   * @param {(status: object) => void} [onStatus]
   */
  constructor(script, argument, onStatus = () => undefined) {
    this.#process = fork(new URL(script, import.meta.url), [argument], { serialization: 'advanced' });
    this.#gone = new Promise((_, reject) => {
      this.#process.once('exit', (code, signal) => reject(new Error(`${script} ended with ${signal ?? code}`)));
    });
    this.#gone.catch(() => undefined);
    this.#process.on('message', (message) => {
      if (message.status) return onStatus(message.status);
      for (const [name, resolve] of this.#expected) if (name in message) resolve(message);
    });
  }

  /**
   * @param {unknown} command undefined: waits for what comes by itself
   * @param {string} answer the field by which it is known
   */
  async ask(command, answer) {
    const answered = new Promise((resolve) => this.#expected.set(answer, resolve));
    if (command !== undefined) this.tell(command);
    try {
      return await Promise.race([answered, this.#gone]);
    } finally {
      this.#expected.delete(answer);
    }
  }

  tell(command) {
    this.#process.send(command);
  }

  kill() {
    this.#process.kill();
  }
}
