import type { AbortReason } from '../../errors/transaction.errors.js';
import type { UnitOfWork } from './unit-of-work.js';

/** Why a unit can only be aborted. The first reason counts. */
export class RollbackMark {
  #mark: UnitOfWork['rollbackOnly'];

  get mark(): UnitOfWork['rollbackOnly'] {
    return this.#mark;
  }

  set(reason: AbortReason, detail: string, cause?: unknown): void {
    this.#mark ??= { reason, detail, cause };
  }

  /** What failed inside a savepoint is undone with it; what somebody decided about the whole unit is not. */
  undo(before: UnitOfWork['rollbackOnly']): void {
    if (this.#mark?.reason === 'rollback-only') this.#mark = before;
  }
}
