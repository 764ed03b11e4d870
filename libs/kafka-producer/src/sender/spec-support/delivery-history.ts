import { BatchDeliveryError } from '../../errors/delivery.errors.js';
import type { RecordMetadata } from '../../record/record-metadata.js';

interface Fate {
  readonly value: string;
  readonly partition: number;
  state: 'pending' | 'delivered' | 'failed';
  offset?: string | undefined;
  persisted?: 'no' | 'possibly';
  error?: Error;
  /** The caller has let go of it, so it may still be sent after its promise has failed. */
  mayBeSentLater: boolean;
}

/** What a caller was told of each record, in the order of its calls, to be held against the logs. */
export class DeliveryHistory {
  readonly #fates: Fate[] = [];
  readonly #byValue = new Map<string, Fate>();
  readonly violations: string[] = [];

  /** @returns the record's unique value */
  next(partition: number, options: { mayBeSentLater?: boolean } = {}): string {
    const value = `<${this.#fates.length}>`;
    const fate: Fate = { value, partition, state: 'pending', mayBeSentLater: options.mayBeSentLater ?? false };
    this.#fates.push(fate);
    this.#byValue.set(value, fate);
    return value;
  }

  follow(value: string, delivery: Promise<RecordMetadata>): void {
    const fate = this.#byValue.get(value)!;
    delivery.then(
      (metadata) => this.#delivered(fate, metadata),
      (error: Error) => this.#failed(fate, error),
    );
  }

  followAll(values: readonly string[], delivery: Promise<RecordMetadata[]>): void {
    const fates = values.map((value) => this.#byValue.get(value)!);
    delivery.then(
      (metadata) => fates.forEach((fate, i) => this.#delivered(fate, metadata[i]!)),
      (error: unknown) =>
        fates.forEach((fate, i) => {
          const result =
            error instanceof BatchDeliveryError ? error.results[i]! : { status: 'rejected', reason: error };
          if (result.status === 'rejected') this.#failed(fate, (result as PromiseRejectedResult).reason as Error);
          else this.#delivered(fate, (result as PromiseFulfilledResult<RecordMetadata>).value);
        }),
    );
  }

  get pending(): number {
    return this.#fates.filter(({ state }) => state === 'pending').length;
  }

  count(state: 'delivered' | 'failed', persisted?: 'no' | 'possibly'): number {
    return this.#fates.filter((fate) => fate.state === state && (!persisted || fate.persisted === persisted)).length;
  }

  /** A record goes on the wire. */
  sent(values: readonly string[]): void {
    for (const value of values) {
      const fate = this.#byValue.get(value)!;
      if (fate.state === 'failed' && !fate.mayBeSentLater) this.violations.push(`${value} is sent after it has failed`);
    }
  }

  /** @param logs the values of each partition */
  check(logs: readonly (readonly string[])[], { repeatsAllowed = false } = {}): string[] {
    const { violations } = this;
    for (const { value, partition, state, offset, persisted, error } of this.#fates) {
      const log = logs[partition]!;
      const count = log.filter((other) => other === value).length;
      const told = `${value} of partition ${partition}, ${state} ${persisted ?? ''} ${error?.message ?? ''}:`;
      if (state === 'pending') violations.push(`${told} is not settled`);
      if (count > 1 && !repeatsAllowed) violations.push(`${told} is in the log ${count} times`);
      if (state === 'delivered' && count === 0) violations.push(`${told} is not in the log`);
      if (offset !== undefined && log[Number(offset)] !== value) violations.push(`${told} is not at offset ${offset}`);
      if (persisted === 'no' && count > 0) violations.push(`${told} is in the log`);
    }
    logs.forEach((log, partition) => {
      const order = [...new Set(log)].map((value) => Number(value.slice(1, -1)));
      const disorder = order.findIndex((id, i) => i > 0 && id < order[i - 1]!);
      if (disorder >= 0) violations.push(`partition ${partition} is out of order: ${order.join(' ')}`);
    });
    return violations;
  }

  #delivered(fate: Fate, { partition, offset }: RecordMetadata): void {
    if (partition !== fate.partition) this.violations.push(`${fate.value} went to partition ${partition}`);
    fate.state = 'delivered';
    fate.offset = offset;
  }

  #failed(fate: Fate, error: Error): void {
    fate.state = 'failed';
    fate.error = error;
    fate.persisted = (error as { persisted?: 'no' | 'possibly' }).persisted ?? 'no';
  }
}
