import type { HeaderValue } from '../record/producer-record.js';

/** Any method that returns a promise. */
// oxlint-disable-next-line typescript/no-explicit-any -- what an option sees of a method that was not named must be usable
export type AnyAsync = (...args: any[]) => Promise<any>;

/** What the method's promise resolves with. */
export type Result<M extends AnyAsync> = Awaited<ReturnType<M>>;

/** What one turn of a `for … of` over the method's result gives. */
export type ElementOf<T> = T extends Iterable<infer E> ? E : never;

/**
 * When the method's promise resolves: once Kafka has the records (`'ack'`), once they have their place in the buffer (`'accepted'`), or at once, and the
 * request waits for them before its response (`'scope'`; where no scope is open that is `'ack'`).
 */
export type WaitFor = 'ack' | 'accepted' | 'scope';

/**
 * How the records of one `@Emit` are made and waited for. Functions get what the method resolved with (with `each`: one element of it) and the
 * method's arguments; they are called with the instance as `this`.
 */
export interface EmitOptions<R, A extends readonly unknown[]> {
  /** Emits only when this is true. */
  readonly when?: ((result: R, args: A) => boolean) | undefined;
  /** Merged over the headers of the contract. */
  readonly headers?:
    ((result: R, args: A) => Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>) | undefined;
  readonly partition?: ((result: R, args: A) => number | undefined) | number | undefined;
  readonly timestamp?: ((result: R, args: A) => number | Date | undefined) | undefined;
  /**
   * With `'accepted'` a failed delivery is logged and published on the channel `nestjs-kafka-producer:delivery-failed`; the caller does not learn of it. With
   * `'scope'` it fails the request. Inside a unit all of them resolve when the records are staged.
   *
   * @defaultValue 'ack'
   */
  readonly waitFor?: WaitFor | undefined;
  /** Name of the module whose producer is used. @defaultValue the contract's, else 'default' */
  readonly producer?: string | undefined;
}

/** For a topic by name: what a contract would say. */
export interface RawEmitOptions<R, A extends readonly unknown[]> extends EmitOptions<R, A> {
  /** The payload. @defaultValue the result (with `each`: one element of it) */
  readonly value?: ((result: R, args: A) => unknown) | undefined;
  /** @defaultValue no key */
  readonly key?: ((result: R, args: A) => string | Uint8Array | null) | undefined;
}
