import { sentenceOf } from '../../errors/describe-value.js';
import { TransactionAbortedError } from '../../errors/transaction.errors.js';
import type { PendingUnit } from './pending-unit.js';

export function refused(cause: Error): TransactionAbortedError {
  return new TransactionAbortedError({ reason: 'rejected', detail: sentenceOf(cause), cause });
}

export function overdue({ lastError }: PendingUnit, commitTimeoutMs: number): TransactionAbortedError {
  const last = lastError === undefined ? '' : `, the last attempt failed with: ${sentenceOf(lastError)}`;
  const detail = `it was not committed within commitTimeoutMs (${commitTimeoutMs} ms)${last}`;
  return new TransactionAbortedError({ reason: 'timeout', detail, cause: lastError });
}

export function closed(detail: string): TransactionAbortedError {
  return new TransactionAbortedError({ reason: 'cancelled', detail: `of the producer: ${detail}` });
}

export function predecessorFailed(): TransactionAbortedError {
  const detail =
    'a unit that commits lower offsets of the same partition failed, and committing these would skip what it consumed';
  return new TransactionAbortedError({ reason: 'predecessor-failed', detail });
}
