/**
 * The system's clock for an embedded cluster, and which of its timers are pending: the number of timers of a process does not tell whose they are.
 */
export class CountingClock {
  /** Who set it, by its handle. @type {Map<NodeJS.Timeout, string>} */
  #pending = new Map();

  wallTime() {
    return Date.now();
  }

  setTimeout(fire, delayMs) {
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      fire();
    }, delayMs);
    this.#pending.set(timer, callerOf());
    return timer;
  }

  clearTimeout(timer) {
    this.#pending.delete(timer);
    clearTimeout(timer);
  }

  get pending() {
    return this.#pending.size;
  }

  /** How many are pending by who set them, such as `{ 'GroupMember.restartSession': 3 }`. */
  get owners() {
    const owners = {};
    for (const owner of this.#pending.values()) owners[owner] = (owners[owner] ?? 0) + 1;
    return owners;
  }
}

/** The third line of a stack: after this function and `setTimeout`. */
function callerOf() {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 3;
  const line = new Error().stack?.split('\n')[3] ?? '';
  Error.stackTraceLimit = stackTraceLimit;
  return /at (?:new )?(\S+)/.exec(line)?.[1] ?? 'nobody';
}
