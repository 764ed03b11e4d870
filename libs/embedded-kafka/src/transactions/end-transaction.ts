import type { ErrorName, ProducerId } from 'kafka-wire';
import { type TransactionMetadata } from './transaction-metadata.js';

export interface EndRequest {
  readonly producerId: ProducerId;
  readonly epoch: number;
  readonly committed: boolean;
}

/** `end`: decide it now. `done`: it was decided this way before, a repeat is told so. */
export type EndVerdict = 'end' | 'done' | ErrorName;

/** EndTxn up to version 4: the epoch stays, so a late request cannot be told from a new one (`endTransactionWithTV1`). */
export function judgeEndV1(metadata: TransactionMetadata, request: EndRequest): EndVerdict {
  if (!metadata.producerId.equals(request.producerId)) return 'INVALID_PRODUCER_ID_MAPPING';
  if (metadata.epoch !== request.epoch) return 'PRODUCER_FENCED';
  if (metadata.isCompleting) return 'CONCURRENT_TRANSACTIONS';
  if (metadata.state === 'Ongoing') return 'end';
  const same = request.committed ? 'CompleteCommit' : 'CompleteAbort';
  return metadata.state === same ? 'done' : 'INVALID_TXN_STATE';
}

const EPOCH_BEFORE_ROTATION = 0x7ffe;

/** EndTxn from version 5: every verdict raises the epoch, and the epoch tells a repeat from the next transaction's (`endTransaction`). */
export function judgeEndV2(metadata: TransactionMetadata, request: EndRequest): EndVerdict {
  if (metadata.isCompleting) return 'CONCURRENT_TRANSACTIONS';
  const isRetryOverRotation =
    metadata.previousProducerId.equals(request.producerId) &&
    request.epoch === EPOCH_BEFORE_ROTATION &&
    metadata.epoch === 0;
  const isRetry = metadata.epoch === request.epoch + 1 || isRetryOverRotation;
  if (!metadata.producerId.equals(request.producerId) && !isRetryOverRotation) return 'INVALID_PRODUCER_ID_MAPPING';
  const isComplete = metadata.state === 'CompleteCommit' || metadata.state === 'CompleteAbort';
  if (metadata.epoch !== request.epoch && !(isComplete && isRetry)) return 'PRODUCER_FENCED';
  if (metadata.state === 'Ongoing') return 'end';
  if (isRetry && isComplete) {
    return request.committed === (metadata.state === 'CompleteCommit') ? 'done' : 'INVALID_TXN_STATE';
  }
  // Nothing was written since: it can be aborted, never committed.
  return request.committed ? 'INVALID_TXN_STATE' : 'end';
}
