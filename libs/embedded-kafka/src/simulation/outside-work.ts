import type { Random } from '../time/random.js';
import type { Scheduler } from './scheduler.js';

/** The longest such work may seem to take in virtual time. */
const MAX_DURATION_MS = 1;

interface Task {
  /** Undefined until the work has settled. */
  settle?: () => void;
}

/**
 * Work of the real world, such as compression on a thread: virtual time stands still until all of it is done. Results are then handed out in an order
 * that the seed decides, so that it does not matter who was faster.
 */
export class OutsideWork {
  #tasks: Task[] = [];
  #unsettled = 0;
  readonly #scheduler: Scheduler;
  readonly #random: Random;

  constructor(scheduler: Scheduler, random: Random) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  get isPending(): boolean {
    return this.#unsettled > 0;
  }

  do<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const task: Task = {};
      this.#tasks.push(task);
      this.#unsettled++;
      const settled = (settle: () => void): void => {
        task.settle = settle;
        this.#unsettled--;
        if (this.#unsettled === 0) this.#handOut();
      };
      work().then(
        (value) => settled(() => resolve(value)),
        (error: unknown) => settled(() => reject(error)),
      );
    });
  }

  #handOut(): void {
    const { nowMs, trace } = this.#scheduler;
    for (const [index, { settle }] of this.#tasks.entries()) {
      this.#scheduler.deliver(nowMs + this.#random.next() * MAX_DURATION_MS, () => {
        trace.add(this.#scheduler.nowMs, 'outside', index);
        settle?.();
      });
    }
    this.#tasks = [];
  }
}
