const LINE_EVERY_MS = 10_000;

/** One line that is written over on a terminal; elsewhere a line every ten seconds. */
export class StatusLine {
  #isTty = process.stdout.isTTY === true;
  #lastMs = -Infinity;

  /** @param {string} text */
  show(text) {
    if (this.#isTty) {
      process.stdout.write(`\r\u001b[2K${text.slice(0, (process.stdout.columns ?? 200) - 1)}`);
      return;
    }
    if (performance.now() - this.#lastMs < LINE_EVERY_MS) return;
    this.#lastMs = performance.now();
    console.log(text);
  }

  /** A line that stays. @param {string} text */
  say(text) {
    if (this.#isTty) process.stdout.write('\r\u001b[2K');
    console.log(text);
  }
}
