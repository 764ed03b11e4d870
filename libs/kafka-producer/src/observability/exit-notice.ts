/**
 * Writes one line when the process ends with records that were accepted and not delivered: somebody forgot `app.enableShutdownHooks()` or
 * `app.close()`.
 *
 * Works for every end that runs 'exit' listeners: an empty event loop, `process.exit()`, an uncaught exception. A signal nobody listens for ends the
 * process without running any code; a listener of ours would change what signals do to the application, so there is none.
 */
export class ExitNotice {
  readonly #undelivered: () => number;
  readonly #producer: string;
  readonly #process: ExitingProcess;
  #isArmed = false;

  constructor(producer: string, undelivered: () => number, target: ExitingProcess = process) {
    this.#producer = producer;
    this.#undelivered = undelivered;
    this.#process = target;
  }

  arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    // One listener per producer is no leak, so it brings its own place below the limit at which Node warns of one.
    this.#shiftLimit(1);
    this.#process.on('exit', this.#onExit);
  }

  disarm(): void {
    if (!this.#isArmed) return;
    this.#isArmed = false;
    this.#process.off('exit', this.#onExit);
    this.#shiftLimit(-1);
  }

  /** 0 means that there is no limit. */
  #shiftLimit(by: number): void {
    const limit = this.#process.getMaxListeners();
    if (limit > 0) this.#process.setMaxListeners(limit + by);
  }

  readonly #onExit = (): void => {
    const count = this.#undelivered();
    if (count === 0) return;
    const records = count === 1 ? '1 record was' : `${count} records were`;
    // Not Nest's logger: one that writes later would never get to it.
    this.#process.stderr.write(
      `[KafkaProducer '${this.#producer}'] ${records} accepted and not delivered when the process ended. ` +
        'Call app.enableShutdownHooks() after creating the application, or await app.close() before exiting.\n',
    );
  };
}

/** The part of `process` that is needed. */
export interface ExitingProcess {
  on(event: 'exit', listener: () => void): unknown;
  off(event: 'exit', listener: () => void): unknown;
  getMaxListeners(): number;
  setMaxListeners(count: number): unknown;
  readonly stderr: { write(text: string): unknown };
}
