import type { IdentitySource, ProducerIdentity } from '../../sender/producer-identity.js';
import { INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER } from './transaction-codes.js';

/**
 * The identity of a transactional id. Brokers alone change it; while no transaction is open, or the open one can only be aborted, nobody may send under it.
 */
export class TransactionalIdentity implements IdentitySource {
  onAcquired: () => void = () => {};
  onRefused: () => void = () => {};
  /** Called once per transaction, with the code that made it hopeless. */
  onDoubt: (errorCode: number) => void = () => {};
  #held: ProducerIdentity | undefined;
  #isOpen = false;
  #doubt: number | undefined;

  /** What brokers have given us last, whether or not it may be used. */
  get held(): ProducerIdentity | undefined {
    return this.#held;
  }

  get current(): ProducerIdentity | undefined {
    return this.#isOpen && this.#doubt === undefined ? this.#held : undefined;
  }

  /** Why the open transaction can only be aborted. */
  get doubtCode(): number | undefined {
    return this.#doubt;
  }

  /** Sequences start at 0 under it. */
  replace(identity: ProducerIdentity): void {
    this.#held = identity;
  }

  open(): void {
    this.#isOpen = true;
    this.#doubt = undefined;
    this.onAcquired();
  }

  close(): void {
    this.#isOpen = false;
    this.#doubt = undefined;
  }

  /** Nothing more leaves in this transaction. */
  doubt(errorCode: number): void {
    if (!this.#isOpen || this.#doubt !== undefined) return;
    this.#doubt = errorCode;
    this.onDoubt(errorCode);
  }

  acquire(): void {
    // `begin()` does, before the first record.
  }

  bump(from: ProducerIdentity): void {
    if (from === this.#held) this.doubt(OUT_OF_ORDER_SEQUENCE_NUMBER);
  }

  renew(from: ProducerIdentity): void {
    if (from === this.#held) this.doubt(INVALID_PRODUCER_EPOCH);
  }
}
