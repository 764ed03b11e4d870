/**
 * Requests that wait for a partition to change: produce requests for replicas, fetches for records.
 *
 * Kafka calls this a purgatory. A watcher is called after every change, looks for itself, and leaves when it has seen enough.
 */
export class Watchers {
  readonly #watchers = new Set<() => void>();

  get size(): number {
    return this.#watchers.size;
  }

  add(watcher: () => void): void {
    this.#watchers.add(watcher);
  }

  remove(watcher: () => void): void {
    this.#watchers.delete(watcher);
  }

  notify(): void {
    if (this.#watchers.size === 0) return;
    // A copy: a watcher that is served leaves while the others are being told.
    for (const watcher of Array.from(this.#watchers)) watcher();
  }
}
