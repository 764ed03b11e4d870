/** Does something once, however often it is asked to before it comes to it: when what is running now has ended. */
export class OncePerTurn {
  readonly #work: () => void;
  #isAsked = false;

  constructor(work: () => void) {
    this.#work = work;
  }

  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    queueMicrotask(() => {
      this.#isAsked = false;
      this.#work();
    });
  }
}
