/** What one unit holds, as part of the outermost unit it was opened in. */
export class MemoryAccount {
  bytes = 0;
  /** More than this it may not hold, except for a single record: what it has gets away by itself. */
  windowBytes = Infinity;
  readonly root: MemoryAccount;
  /** Of the root: held by it and everything nested in it. */
  totalBytes = 0;
  /** Its records that wait for memory. */
  readonly waiters = new Set<StagedMemoryWaiter>();

  constructor(parent?: MemoryAccount) {
    this.root = parent?.root ?? this;
  }

  isFullFor(bytes: number): boolean {
    return this.bytes > 0 && this.bytes + bytes > this.windowBytes;
  }
}

export interface StagedMemoryWaiter {
  readonly account: MemoryAccount;
  readonly bytes: number;
  grant(): void;
  /** Its unit has ended: nothing will be granted. */
  cancelled(): void;
}

/**
 * The byte budget of the records of all units that are not committed yet. TRANSACTIONS rules 11 and 12.
 *
 * Units that hold something and want more could wait for each other for ever. So age decides: whoever waits is served by the age of the outermost unit it
 * belongs to, and the oldest of those may overdraw: it always comes to its end, gives everything back, and the next one is the oldest. A unit that streams has
 * a window, and waits for nobody but itself to have one record under way.
 */
export class StagedMemory {
  readonly totalBytes: number;
  readonly maxUnitBytes: number;
  #usedBytes = 0;
  /** In the order in which they first asked. */
  readonly #roots = new Set<MemoryAccount>();
  /** By age of the root, then first come, first served. */
  readonly #waiters: StagedMemoryWaiter[] = [];

  /** @param maxUnitBytes what the oldest may hold even if that is more than there is */
  constructor(totalBytes: number, maxUnitBytes: number) {
    this.totalBytes = totalBytes;
    this.maxUnitBytes = maxUnitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /** @returns false when it has to wait: nothing was taken then */
  tryReserve(account: MemoryAccount, bytes: number): boolean {
    this.#roots.add(account.root);
    if (!this.canReserve(account, bytes)) return false;
    this.#take(account, bytes);
    return true;
  }

  canReserve(account: MemoryAccount, bytes: number): boolean {
    return !account.isFullFor(bytes) && (this.#hasRoom(bytes) || this.#mayOverdraw(account, bytes));
  }

  /** Nobody waits who could take it. */
  #hasRoom(bytes: number): boolean {
    return (
      this.#usedBytes + bytes <= this.totalBytes &&
      this.#waiters.every(({ account, bytes: wanted }) => account.isFullFor(wanted))
    );
  }

  wait(waiter: StagedMemoryWaiter): void {
    const ages = [...this.#roots];
    const age = (each: StagedMemoryWaiter): number => ages.indexOf(each.account.root);
    const mine = age(waiter);
    let index = this.#waiters.findIndex((other) => age(other) > mine);
    if (index < 0) index = this.#waiters.length;
    this.#waiters.splice(index, 0, waiter);
    waiter.account.waiters.add(waiter);
  }

  cancel(waiter: StagedMemoryWaiter): void {
    const index = this.#waiters.indexOf(waiter);
    if (index < 0) return;
    this.#waiters.splice(index, 1);
    waiter.account.waiters.delete(waiter);
    this.#forgetIdle(waiter.account.root);
    this.#grant();
  }

  /** The unit has ended: none of its records waits any more. */
  cancelAll(account: MemoryAccount): void {
    for (const waiter of account.waiters) {
      this.cancel(waiter);
      waiter.cancelled();
    }
  }

  release(account: MemoryAccount, bytes: number): void {
    account.bytes -= bytes;
    account.root.totalBytes -= bytes;
    this.#usedBytes -= bytes;
    this.#forgetIdle(account.root);
    this.#grant();
  }

  #mayOverdraw({ root, bytes: held, windowBytes }: MemoryAccount, bytes: number): boolean {
    // What flows never stands still: units that wait for its producer may hold all the memory there is.
    if (held === 0 && windowBytes < Infinity) return true;
    const [oldest] = this.#roots;
    return root === oldest && root.totalBytes + bytes <= this.maxUnitBytes;
  }

  #take(account: MemoryAccount, bytes: number): void {
    account.bytes += bytes;
    account.root.totalBytes += bytes;
    this.#usedBytes += bytes;
  }

  #grant(): void {
    for (let next = this.#nextWaiter(); next !== undefined; next = this.#nextWaiter()) {
      const { account, bytes } = next;
      if (this.#usedBytes + bytes > this.totalBytes && !this.#mayOverdraw(account, bytes)) return;
      this.#waiters.splice(this.#waiters.indexOf(next), 1);
      account.waiters.delete(next);
      this.#take(account, bytes);
      next.grant();
    }
  }

  /** Whoever waits for what itself has under way keeps nobody else waiting. */
  #nextWaiter(): StagedMemoryWaiter | undefined {
    return this.#waiters.find(({ account, bytes }) => !account.isFullFor(bytes));
  }

  #forgetIdle(root: MemoryAccount): void {
    if (root.totalBytes === 0 && !this.#waiters.some(({ account }) => account.root === root)) this.#roots.delete(root);
  }
}
