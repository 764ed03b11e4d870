import { errorCodes, type KafkaProducerErrorCode } from './error-codes.js';

/** In the registry of all realms, so that two installed copies of this package know each other's errors. */
const BRAND = Symbol.for('nestjs-kafka-producer/error');

/**
 * What every error of this package is.
 *
 * One subclass per decision a caller can make; `code` is the same decision for programs that cannot use `instanceof`. The message says what
 * happened, with values, then what to do.
 */
export abstract class KafkaProducerError extends Error {
  static readonly code: KafkaProducerErrorCode;

  readonly code: KafkaProducerErrorCode;
  /** The same call may succeed later, unchanged. */
  readonly retriable: boolean;

  /**
   * @param happened a sentence without its full stop, or lines of which the last is ended
   * @param remedy a sentence; where the values of this case allow a better one than the table's
   * @param others what was found together with this and is told with it
   */
  protected constructor(
    happened: string,
    options: { cause?: unknown; remedy?: string | undefined; others?: readonly Error[] | undefined } = {},
  ) {
    const { code } = new.target;
    const remedy = options.remedy ?? errorCodes[code].remedy;
    super(
      happened + (happened.endsWith('\n') ? '' : '. ') + remedy + linesOf(options.others ?? []),
      'cause' in options && options.cause !== undefined ? { cause: options.cause } : {},
    );
    this.code = code;
    this.retriable = errorCodes[code].retriable;
  }

  /**
   * From the table and not from the constructor's name, which a minifier may change. Read by V8 for the first line of the stack.
   *
   * As any other error it may be given another name, which does not show in `inspect()` either.
   */
  override get name(): string {
    const { code } = this.constructor as { readonly code?: KafkaProducerErrorCode };
    return code === undefined ? 'KafkaProducerError' : errorCodes[code].name;
  }

  override set name(value: string) {
    Object.defineProperty(this, 'name', { value, writable: true, configurable: true, enumerable: false });
  }

  get [BRAND](): true {
    return true;
  }
}

function linesOf(others: readonly Error[]): string {
  if (others.length === 0) return '';
  return `\nFound at the same time:${others.map(({ message }) => `\n  - ${message}`).join('')}`;
}

/** True for the errors of every copy of this package in the process. */
export function hasErrorBrand(error: unknown): error is KafkaProducerError {
  return typeof error === 'object' && error !== null && (error as { [BRAND]?: unknown })[BRAND] === true;
}
