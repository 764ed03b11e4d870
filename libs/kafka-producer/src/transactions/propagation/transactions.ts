import { describeValue } from '../../errors/describe-value.js';
import { PropagationError } from '../../errors/transaction.errors.js';
import type { ExplicitTransaction, Transaction } from '../transaction.js';
import { assertTransactionalOptions, type TransactionalOptions } from '../transactional.options.js';
import type { UnitFactory, UnitOfWork } from '../unit/unit-of-work.js';
import { takesRecords, type AmbientUnits } from './ambient-units.js';
import { ExplicitUnit } from './explicit-unit.js';
import { NoTransaction, type PlainSends } from './no-transaction.js';
import { PROPAGATION_STEPS } from './propagation.js';

export interface TransactionsSettings {
  /** Name of the module, for messages. */
  readonly producer: string;
  /** Milliseconds: of units that are given none. */
  readonly timeoutMs: number;
}

/** What callers cannot be told. */
export interface TransactionsListener {
  /** A unit was started in the context of one that has ended: something made inside it (a timer, a pool) outlived it. Told once. */
  startedAfterEnd(): void;
  /** The work of a unit that had been given up failed afterwards. */
  failedAfterEnd(error: unknown): void;
}

/**
 * READ FIRST. A unit of work from its caller's side:
 *
 *   transaction(work) → propagation → open → work, in whose async context `send()` finds the unit → commit, or abort
 *
 * The unit itself is in `unit/`, what commits it in `committer/`, what the brokers are told in `producer/`.
 */
export class Transactions {
  readonly #settings: TransactionsSettings;
  readonly #units: UnitFactory;
  readonly #ambient: AmbientUnits;
  readonly #listener: TransactionsListener;
  readonly #plain: PlainSends;
  #hasWarned = false;

  constructor(
    settings: TransactionsSettings,
    units: UnitFactory,
    ambient: AmbientUnits,
    plain: PlainSends,
    listener: TransactionsListener,
  ) {
    this.#settings = settings;
    this.#units = units;
    this.#ambient = ambient;
    this.#plain = plain;
    this.#listener = listener;
  }

  /** The unit that takes records now. */
  current(): UnitOfWork | undefined {
    const unit = this.#ambient.of(this);
    return unit !== undefined && takesRecords(unit) ? unit : undefined;
  }

  /**
   * The unit a record sent now belongs to, which refuses it when it has ended. `undefined`: it is sent by itself.
   *
   * @throws PropagationError in a unit of another producer alone, with which it would not be atomic
   */
  joined(): UnitOfWork | undefined {
    const unit = this.#ambient.of(this);
    if (unit !== undefined) return unit;
    if (this.#ambient.foreignTo(this) === undefined) return undefined;
    throw new PropagationError({
      reason: `A record was sent by producer '${this.#settings.producer}' inside a transaction of another producer, with which it would not be committed or aborted`,
      remedy: `Start a transaction of '${this.#settings.producer}' too, or send it under its withoutTransaction().`,
    });
  }

  /** @throws PropagationError; whatever the work throws; what `UnitOfWork.commit()` throws */
  async run<T>(work: (transaction: Transaction) => Promise<T>, options: TransactionalOptions = {}): Promise<T> {
    if (typeof work !== 'function') throw notAFunction('transaction()', work);
    assertTransactionalOptions('transaction()', options);
    const { propagation = 'required' } = options;
    const current = this.current();
    const step = PROPAGATION_STEPS[propagation][current === undefined ? 'without' : 'inside'];
    switch (step) {
      case 'join':
        return this.#join(current!, work, options);
      case 'savepoint':
        return current!.savepoint(async () => work(current!));
      case 'new':
        return this.#start(work, options);
      case 'outside':
        return this.without(async () => work(new NoTransaction(this.#plain)));
      case 'refuse':
        throw new PropagationError({
          reason: `propagation '${propagation}' was asked for ${current === undefined ? 'outside a transaction' : 'inside one'}`,
        });
    }
  }

  async begin(options: TransactionalOptions = {}): Promise<ExplicitTransaction> {
    assertTransactionalOptions('beginTransaction()', options);
    for (const name of ['propagation', 'noRollbackFor'] as const) {
      if (options[name] === undefined) continue;
      throw new PropagationError({
        reason: `beginTransaction() always starts a unit of its own that its caller ends, so '${name}' would have no effect`,
        remedy: `Leave '${name}' out, or use transaction().`,
      });
    }
    const unit = await this.#open(options);
    return new ExplicitUnit(unit, (work) => this.#ambient.enter(this, unit, work));
  }

  async without<T>(work: () => Promise<T>): Promise<T> {
    if (typeof work !== 'function') throw notAFunction('withoutTransaction()', work);
    return this.#ambient.leave(this, work);
  }

  async #join<T>(
    unit: UnitOfWork,
    work: (transaction: Transaction) => Promise<T>,
    options: TransactionalOptions,
  ): Promise<T> {
    try {
      return await work(unit);
    } catch (error) {
      if (!isExcepted(error, options)) unit.failedInside(error);
      throw error;
    }
  }

  async #start<T>(work: (transaction: Transaction) => Promise<T>, options: TransactionalOptions): Promise<T> {
    let hasExpired = false;
    let expire!: (error: Error) => void;
    const expired = new Promise<never>((_, reject) => {
      expire = (error) => {
        hasExpired = true;
        reject(error);
      };
    });
    expired.catch(() => {}); // a unit that streams may end before it is opened
    const unit = await this.#open(options, expire);
    const working = this.#ambient.enter(this, unit, async () => work(unit));
    working.catch((error: unknown) => {
      if (hasExpired) this.#listener.failedAfterEnd(error);
    });
    let result: T;
    try {
      result = await Promise.race([working, expired]);
    } catch (error) {
      if (hasExpired || !isExcepted(error, options)) await unit.abort('rollback-only', error);
      else await unit.commit();
      throw error;
    }
    await unit.commit();
    return result;
  }

  #open(
    { timeoutMs, signal, mode = 'staged' }: TransactionalOptions,
    onExpired?: (error: Error) => void,
  ): Promise<UnitOfWork> {
    const parent = this.#ambient.of(this);
    if (parent !== undefined && !takesRecords(parent) && !this.#hasWarned) {
      this.#hasWarned = true;
      this.#listener.startedAfterEnd();
    }
    return this.#units.open({
      timeoutMs: timeoutMs ?? this.#settings.timeoutMs,
      signal,
      mode,
      parent: this.current(),
      onExpired,
    });
  }
}

function isExcepted(error: unknown, { noRollbackFor = [] }: TransactionalOptions): boolean {
  return noRollbackFor.some((type) => error instanceof type);
}

function notAFunction(operation: string, work: unknown): PropagationError {
  return new PropagationError({
    reason: `${operation} was given ${describeValue(work)} instead of the function to run`,
    remedy: 'Pass an async function.',
  });
}
