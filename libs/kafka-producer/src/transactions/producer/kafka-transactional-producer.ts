import type { TransactionVersion } from '../../cluster/cluster.js';
import { ProducerClosedError } from '../../errors/delivery.errors.js';
import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import type { StagedRecord } from '../unit/staged-record.js';
import { AppendCall } from './append-call.js';
import { NoAnswerError } from './coordinator-requests.js';
import type { ProducerParts } from './producer-parts.js';
import { transition, type ProducerState } from './producer-state.js';
import { lostOffsets, lostTransaction, refusedPartition, withoutPartitions } from './record-refusals.js';
import { INVALID_TXN_STATE, TRANSACTION_IS_LOST } from './transaction-codes.js';
import { unknownEnd, type EndAnswer, type EndingTransaction } from './transaction-end.js';
import type { AppendOutcome, EndOutcome, OffsetsOutcome, TransactionalProducer } from './transactional-producer.js';

/** How long is asked on in the background for what has no answer: longer than any broker lets a transaction stay open that nobody ends. */
const SETTLE_TIMEOUT_MS = 1_200_000;

/** One transactional id, spoken for to the brokers by the rules of both levels (KIP-98, KIP-890). */
export class KafkaTransactionalProducer implements TransactionalProducer {
  readonly transactionalId: string;
  readonly #parts: ProducerParts;
  #state: ProducerState = 'idle';
  /** Of the open transaction. Changed between transactions only. */
  #version: TransactionVersion | undefined;
  /** Something was sent in the open transaction: the coordinator may know of it. */
  #isEmpty = true;
  /** Something was refused, or has no answer: committing would leave it out. */
  #mustAbort = false;
  /** The answer to EndTxn, or that it was given up. Never rejects. */
  #ending: Promise<unknown> | undefined;
  #settling: Promise<void> | undefined;

  constructor(parts: ProducerParts) {
    this.#parts = parts;
    this.transactionalId = parts.transactionalId;
  }

  /** Of the open transaction, or the last one. */
  get transactionVersion(): TransactionVersion {
    return this.#version ?? 1;
  }

  allow(transactionTimeoutMs: number): void {
    if (this.#parts.requests.raiseTimeout(transactionTimeoutMs)) this.renew();
  }

  renew(): void {
    this.#parts.renewal.request();
  }

  async begin(deadlineMs: number): Promise<void> {
    const { identity, requests, renewal, partitions, offsets } = this.#parts;
    await this.#until(this.#ending, deadlineMs);
    await this.#until(this.#settling, deadlineMs);
    this.#assertUsable();
    if (renewal.isDue) await renewal.run(deadlineMs);
    const version = (await requests.transactionVersion(deadlineMs)) ?? this.transactionVersion;
    // Sequences of one level do not go on under the other.
    if (this.#version !== undefined && this.#version !== version) await renewal.run(deadlineMs);
    this.#version = version;
    this.#assertUsable();
    this.#isEmpty = true;
    this.#mustAbort = false;
    partitions.clear();
    offsets.clear();
    this.#become('open');
    identity.open();
  }

  async append(records: readonly StagedRecord[], deadlineMs: number): Promise<readonly AppendOutcome[]> {
    const call = new AppendCall(records.length);
    if (records.length > 0) await this.#append(records, call, deadlineMs);
    const outcomes = await call.done;
    if (outcomes.some(({ kind }) => kind !== 'appended')) this.#mustAbort = true;
    // What was given up may still arrive: nothing may be numbered after it.
    if (outcomes.some(({ kind }) => kind === 'unanswered')) this.#parts.identity.doubt(INVALID_TXN_STATE);
    return outcomes;
  }

  giveUp(): void {
    this.#parts.partitions.giveUp();
    this.#parts.records.giveUp();
  }

  async sendOffsets(offsets: readonly ConsumedOffsets[], deadlineMs: number): Promise<readonly OffsetsOutcome[]> {
    const { identity, offsets: ofTransaction } = this.#parts;
    const { current } = identity;
    if (offsets.length === 0) return [];
    if (current === undefined) return offsets.map(() => lostOffsets(this.transactionalId, identity.doubtCode));
    this.#isEmpty = false;
    const transaction = { identity: current, version: this.transactionVersion };
    const outcomes = await ofTransaction.send(transaction, offsets, deadlineMs);
    this.#noteLost(ofTransaction.wasLost);
    for (const outcome of outcomes) {
      if (outcome.kind !== 'accepted') this.#mustAbort = true;
      if (outcome.kind === 'refused' && TRANSACTION_IS_LOST.has(outcome.errorCode)) identity.doubt(outcome.errorCode);
    }
    return outcomes;
  }

  end(verdict: 'commit' | 'abort', deadlineMs: number): Promise<EndOutcome> {
    const ending = this.#end(verdict, deadlineMs);
    this.#ending = ending;
    return ending;
  }

  async #end(verdict: 'commit' | 'abort', deadlineMs: number): Promise<EndOutcome> {
    if (this.#state !== 'open') return { kind: 'aborted' };
    const { identity, renewal, records, end } = this.#parts;
    const asked = verdict === 'commit' && this.#mustAbort ? 'abort' : verdict;
    this.#become('ending');
    records.giveUp();
    const { held } = identity;
    identity.close();
    if (this.#isEmpty || held === undefined) {
      this.#become('idle');
      return { kind: asked === 'commit' ? 'committed' : 'aborted' };
    }
    const transaction: EndingTransaction = { identity: held, version: this.transactionVersion, verdict: asked };
    const answer = await end.ask(transaction, deadlineMs, false);
    if (this.#isClosed) return this.#closedMeanwhile(answer);
    if (answer.kind === 'unresolved') return this.#unresolved(transaction, answer);
    this.#ended(transaction, answer);
    this.#become('idle');
    if (!answer.isOurs) await this.#reassure(deadlineMs);
    return renewal.fenced === undefined ? { kind: answer.outcome } : { kind: 'fenced', error: renewal.fenced };
  }

  /** A request of the open transaction may still arrive. At level 1 it would meet the next one, unless that has another epoch. */
  noteLate(): void {
    if (this.#version === 1) this.renew();
  }

  async settled(): Promise<void> {
    await this.#settling;
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#state = transition(this.#state, 'closed');
    const { identity, records, waits } = this.#parts;
    records.close();
    identity.close();
    waits.end();
    return Promise.resolve();
  }

  get #isClosed(): boolean {
    return this.#state === 'closed';
  }

  async #append(records: readonly StagedRecord[], call: AppendCall, deadlineMs: number): Promise<void> {
    const { identity, partitions, records: ofTransaction } = this.#parts;
    const { current } = identity;
    if (current === undefined) return this.#refuseAll(records, call);
    this.#isEmpty = false;
    try {
      const added = await partitions.add(current, this.transactionVersion, records, deadlineMs);
      this.#noteLost(added.wasLost);
      if (added.lostWith !== undefined) identity.doubt(added.lostWith);
      if (identity.current !== current) return this.#refuseAll(records, call);
      records.forEach((record, index) => {
        const code = added.refusal(record);
        if (code !== undefined) call.settle(index, refusedPartition(record, code));
      });
    } catch (error) {
      if (error instanceof NoAnswerError) this.#noteLost(error.wasWritten);
      return call.settleRest(() => withoutPartitions(error as Error));
    }
    ofTransaction.append(records, call, deadlineMs);
  }

  #refuseAll(records: readonly StagedRecord[], call: AppendCall): void {
    call.settleRest((index) => lostTransaction(records[index]!, this.#parts.identity.doubtCode));
  }

  #noteLost(wasLost: boolean): void {
    if (wasLost) this.noteLate();
  }

  #ended({ verdict, version }: EndingTransaction, answer: EndAnswer & { kind: 'ended' }): void {
    const { identity } = this.#parts;
    if (answer.next !== undefined) identity.replace(answer.next);
    else if (!answer.isOurs) this.#renewAfterLoss(version);
    else if (version === 2 || verdict === 'abort' || answer.mayArriveLate) this.renew();
  }

  /** No answer told how the transaction ended: when brokers knew of it, their time-out may have ended it. */
  #renewAfterLoss(version: TransactionVersion): void {
    const { renewal, partitions, offsets } = this.#parts;
    if (version === 1 && (partitions.mayHaveOpened || offsets.mayHaveOpened)) renewal.requestAfterLoss();
    else renewal.request();
  }

  /**
   * Only the holder of the identity can tell a time-out of the broker from somebody else with our id. What may still be open under the old one ends with it; so
   * this goes on in the background, lest readers wait for the next transaction of this id, or for the broker's time-out.
   */
  async #reassure(deadlineMs: number): Promise<void> {
    const { clock, renewal } = this.#parts;
    await renewal.run(deadlineMs).catch(() => {});
    if (!renewal.isDue || renewal.fenced !== undefined || this.#isClosed) return;
    const asking = renewal.run(clock.now() + SETTLE_TIMEOUT_MS).catch(() => {});
    this.#settling = asking.then(() => void (this.#settling = undefined));
  }

  #unresolved(transaction: EndingTransaction, answer: EndAnswer & { kind: 'unresolved' }): EndOutcome {
    this.#become('settling');
    const settled = answer.canBeAsked ? this.#settle(transaction) : Promise.resolve('unknown' as const);
    this.#settling = settled.then(() => {
      this.#settling = undefined;
      if (!this.#isClosed) this.#become('idle');
    });
    if (!answer.canBeAsked) this.#renewAfterLoss(transaction.version);
    return unknownEnd(this.transactionalId, answer.error, settled);
  }

  async #settle(transaction: EndingTransaction): Promise<'committed' | 'aborted' | 'unknown'> {
    const { clock, end } = this.#parts;
    const answer = await end.ask(transaction, clock.now() + SETTLE_TIMEOUT_MS, true);
    if (answer.kind === 'unresolved') {
      this.#renewAfterLoss(transaction.version);
      return 'unknown';
    }
    this.#ended(transaction, answer);
    return answer.outcome;
  }

  #closedMeanwhile(answer: EndAnswer): EndOutcome {
    return answer.kind === 'ended'
      ? { kind: answer.outcome }
      : unknownEnd(this.transactionalId, answer.error, Promise.resolve('unknown'));
  }

  /** @param end of the transaction before @throws NoAnswerError when it takes longer */
  async #until(end: Promise<unknown> | undefined, deadlineMs: number): Promise<void> {
    if (end === undefined || (await this.#parts.waits.within(end, deadlineMs)) !== undefined) return;
    throw new NoAnswerError(`EndTxn of transactional id '${this.transactionalId}'`, true, undefined, undefined);
  }

  #assertUsable(): void {
    const { fenced } = this.#parts.renewal;
    if (fenced !== undefined) throw fenced;
    if (this.#isClosed) throw new ProducerClosedError();
  }

  #become(state: ProducerState): void {
    this.#state = transition(this.#state, state);
  }
}
