import type { RecordMetadata } from '../../record/record-metadata.js';
import type { TransactionOutcome, TransactionState } from '../transaction.js';

type AfterHook = 'afterCommit' | 'afterAbort' | 'afterCompletion';

/** Where what a hook throws after the end goes: nobody could be told that would not run a committed unit again. */
export type HookFailure = (hook: AfterHook | 'beforeCommit', error: unknown) => void;

/** What is to be done around the end of a unit, in the order in which it was asked for. */
export class UnitHooks {
  readonly #beforeCommit: (() => unknown)[] = [];
  readonly #afterCommit: ((metadata: readonly RecordMetadata[]) => unknown)[] = [];
  readonly #afterAbort: ((reason: unknown) => unknown)[] = [];
  readonly #afterCompletion: ((outcome: TransactionOutcome) => unknown)[] = [];

  add(hook: 'beforeCommit', run: () => unknown): void;
  add(hook: 'afterCommit', run: (metadata: readonly RecordMetadata[]) => unknown): void;
  add(hook: 'afterAbort', run: (reason: unknown) => unknown): void;
  add(hook: 'afterCompletion', run: (outcome: TransactionOutcome) => unknown): void;
  add(hook: AfterHook | 'beforeCommit', run: (...args: never[]) => unknown): void {
    const lists = {
      beforeCommit: this.#beforeCommit,
      afterCommit: this.#afterCommit,
      afterAbort: this.#afterAbort,
      afterCompletion: this.#afterCompletion,
    } as Readonly<Record<string, ((...args: never[]) => unknown)[]>>;
    lists[hook]!.push(run);
  }

  get hasBeforeCommit(): boolean {
    return this.#beforeCommit.length > 0;
  }

  /** The next one alone: what it has sent, or decided, counts before the one behind it. @throws what it throws */
  async nextBeforeCommit(): Promise<void> {
    await this.#beforeCommit.shift()?.();
  }

  /** @param reason of the abort, where it was aborted */
  async ended(
    state: TransactionState,
    metadata: readonly RecordMetadata[],
    reason: unknown,
    onFailure: HookFailure,
  ): Promise<void> {
    const outcome = state as TransactionOutcome;
    if (outcome === 'committed') {
      for (const hook of this.#afterCommit) await guarded('afterCommit', () => hook(metadata), onFailure);
    } else if (outcome === 'aborted') {
      for (const hook of this.#afterAbort) await guarded('afterAbort', () => hook(reason), onFailure);
    }
    for (const hook of this.#afterCompletion) await guarded('afterCompletion', () => hook(outcome), onFailure);
  }
}

async function guarded(hook: AfterHook, run: () => unknown, onFailure: HookFailure): Promise<void> {
  try {
    await run();
  } catch (error) {
    onFailure(hook, error);
  }
}
