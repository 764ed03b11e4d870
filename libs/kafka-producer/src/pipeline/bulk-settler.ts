import type { RecordSettler } from '../accumulator/record-settler.js';
import { BatchDeliveryError } from '../errors/delivery.errors.js';
import type { RecordMetadata } from '../record/record-metadata.js';

/** Gathers the fates of the records of one `sendAll()` into one promise: none of its own per record. */
export class BulkSettler implements RecordSettler {
  readonly #results: RecordMetadata[];
  /** Sparse; made with the first failure. */
  #errors: Map<number, unknown> | undefined;
  #unsettled: number;
  readonly #resolve: (results: RecordMetadata[]) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    readonly recordCount: number,
    resolve: (results: RecordMetadata[]) => void,
    reject: (error: unknown) => void,
  ) {
    this.#results = Array.from<RecordMetadata>({ length: recordCount });
    this.#unsettled = recordCount;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  acknowledge(index: number, metadata: RecordMetadata): void {
    this.#results[index] = metadata;
    this.#settled();
  }

  reject(index: number, error: unknown): void {
    (this.#errors ??= new Map()).set(index, error);
    this.#settled();
  }

  /** Ends the call before anything of it was sent. */
  refuse(error: unknown): void {
    this.#reject(error);
  }

  #settled(): void {
    if (--this.#unsettled > 0) return;
    const errors = this.#errors;
    if (errors === undefined) return this.#resolve(this.#results);
    this.#reject(
      new BatchDeliveryError({
        results: Array.from(this.#results, (value, index) => result(errors, index, value)),
      }),
    );
  }
}

function result(
  errors: ReadonlyMap<number, unknown>,
  index: number,
  value: RecordMetadata,
): PromiseSettledResult<RecordMetadata> {
  return errors.has(index) ? { status: 'rejected', reason: errors.get(index) } : { status: 'fulfilled', value };
}
