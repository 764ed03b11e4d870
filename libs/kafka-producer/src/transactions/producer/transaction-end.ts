import type { TransactionVersion } from '../../cluster/cluster.js';
import { TransactionOutcomeUnknownError } from '../../errors/transaction.errors.js';
import type { ProducerIdentity } from '../../sender/producer-identity.js';
import { NoAnswerError } from './coordinator-requests.js';
import { INVALID_TXN_STATE, NONE } from './transaction-codes.js';
import { answeredWith, type TransactionRequests } from './transaction-requests.js';
import type { EndOutcome } from './transactional-producer.js';

/** A transaction whose end is asked for. */
export interface EndingTransaction {
  readonly identity: ProducerIdentity;
  readonly version: TransactionVersion;
  readonly verdict: 'commit' | 'abort';
}

export type EndAnswer =
  | {
      readonly kind: 'ended';
      readonly outcome: 'committed' | 'aborted';
      /** Given with the answer, level 2 only. */
      readonly next: ProducerIdentity | undefined;
      /** The coordinator has heard us and knows this identity; `false`: somebody or a time-out has replaced it. */
      readonly isOurs: boolean;
      /** A copy of the request may still arrive. */
      readonly mayArriveLate: boolean;
    }
  /** The verdict may or may not have been heard. @param canBeAsked a later answer may tell */
  | { readonly kind: 'unresolved'; readonly canBeAsked: boolean; readonly error: Error };

/**
 * Sends a verdict until its fate is known.
 *
 * The same verdict again is the only question that tells and changes nothing: 0 is done, 48 on a commit is aborted. InitProducerId instead would destroy
 * the evidence. Once an answer was lost, an answer that the identity has been replaced proves nothing any more: our commit may have come before.
 */
export class TransactionEnd {
  readonly #requests: TransactionRequests;

  constructor(requests: TransactionRequests) {
    this.#requests = requests;
  }

  /** @param wasLost an earlier call ended unresolved. Never rejects. */
  async ask(transaction: EndingTransaction, deadlineMs: number, wasLost: boolean): Promise<EndAnswer> {
    const { identity, version, verdict } = transaction;
    const progress = { wasLost };
    try {
      const isCommit = verdict === 'commit';
      const { response } = await this.#requests.endTxn(identity, isCommit, version, deadlineMs, progress);
      return answerOf(transaction, response, progress.wasLost);
    } catch (error) {
      if (verdict === 'abort' || !progress.wasLost) return aborted(progress.wasLost);
      return { kind: 'unresolved', canBeAsked: error instanceof NoAnswerError, error: error as Error };
    }
  }
}

function answerOf(
  { version, verdict }: EndingTransaction,
  response: { readonly errorCode: number; readonly producerId: Uint8Array; readonly producerEpoch: number },
  wasLost: boolean,
): EndAnswer {
  const { errorCode: code, producerId, producerEpoch: epoch } = response;
  if (code === NONE) {
    const next = version === 2 && epoch >= 0 ? { producerId, epoch } : undefined;
    const outcome = verdict === 'commit' ? 'committed' : 'aborted';
    return { kind: 'ended', outcome, next, isOurs: true, mayArriveLate: wasLost };
  }
  if (verdict === 'abort' || code === INVALID_TXN_STATE || !wasLost) return aborted(wasLost);
  return { kind: 'unresolved', canBeAsked: false, error: new Error(answeredWith('EndTxn', code)) };
}

function aborted(mayArriveLate: boolean): EndAnswer {
  return { kind: 'ended', outcome: 'aborted', next: undefined, isOurs: false, mayArriveLate };
}

/** What callers are told of a verdict that may or may not have been heard. */
export function unknownEnd(
  transactionalId: string,
  cause: Error,
  settled: Promise<'committed' | 'aborted' | 'unknown'>,
): EndOutcome {
  const error = new TransactionOutcomeUnknownError({ transactionalId, detail: cause.message, cause });
  return { kind: 'unknown', error, settled };
}
