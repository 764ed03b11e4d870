import type { EachBatchPayload, EachMessagePayload, KafkaMessage } from '../../cluster/kafkajs/consumer-batch.js';
import type { ConsumerTap } from '../../cluster/kafkajs/consumer-tap.js';
import { rejoinError } from '../../cluster/kafkajs/rejoin-error.js';
import { sentenceOf } from '../../errors/describe-value.js';
import type { KafkaProducerService } from '../../kafka-producer.service.js';
import { identityOf, type ConsumerIdentity } from '../../record/consumer-identity.js';
import type { Transaction } from '../../transactions/transaction.js';
import { deadLetterRecord } from './dead-letter.js';
import type { Redelivery, RedeliveryDecision } from './redelivery.js';
import { culpritOf, memberErrorOf, type FailedPhase } from './redelivery-culprit.js';

/** What the batches of one consumer have in common. */
export interface BatchParts {
  readonly producer: Pick<KafkaProducerService, 'transaction'>;
  readonly tap: ConsumerTap;
  readonly redelivery: Redelivery;
  readonly maxMessagesPerUnit: number;
  /** Ends units whose handlers take too long for who shuts down. */
  readonly signal: AbortSignal;
  readonly log: (level: 'warn' | 'error', message: string) => void;
  /** Resolves when everything the handlers of the message send belongs to the unit. */
  handle(payload: EachMessagePayload, unit: Transaction): Promise<void>;
}

/** A unit that was not committed. */
interface Failure {
  readonly error: unknown;
  readonly phase: FailedPhase;
}

/**
 * What became of messages that failed.
 *
 * one-by-one: they are to be handled again, each in a unit of its own · put-away: the message is in the dead-letter topic · later: they are fetched again
 */
type Aftermath = 'one-by-one' | 'put-away' | 'later';

/** After a failure that says that the producer closes, though this consumer does not. */
const CLOSED_PAUSE_MS = 1_000;

/**
 * Consumes what kafkajs has fetched of one partition: unit after unit, each with the offset behind its last message, in the name of who fetched.
 *
 * Never seeks, and resolves nothing that is not committed: what a failure leaves is fetched again. Throws only what makes kafkajs join the group again.
 */
export class PartitionBatch {
  readonly #parts: BatchParts;
  readonly #payload: EachBatchPayload;
  readonly #topic: string;
  readonly #partition: number;
  readonly #identity: ConsumerIdentity;
  /** Of a unit that was aborted, how many messages are still to be handled each by itself, until it is known which of them is to blame. */
  #oneByOne = 0;
  /** What a heartbeat was answered that a handler has sent: whatever Nest's filters make of it, the consumer has to act on it. */
  #lost: unknown;

  constructor(parts: BatchParts, payload: EachBatchPayload) {
    const { topic, partition, messages } = payload.batch;
    const identity = messages[0] && identityOf(messages[0]);
    if (identity === undefined) throw new Error(`A message of ${topic}[${partition}] does not tell who fetched it`);
    this.#parts = parts;
    this.#payload = payload;
    this.#topic = topic;
    this.#partition = partition;
    this.#identity = identity;
  }

  /** @throws KafkaJSProtocolError when the consumer has to join its group again */
  async run(): Promise<void> {
    if (this.#parts.redelivery.isPaused(this.#topic, this.#partition)) return this.#withhold(Infinity);
    const messages = this.#unconsumed();
    for (let at = 0; at < messages.length && this.#goesOn;) {
      const unit = messages.slice(at, at + this.#sizeFor(messages[at]!));
      const failure = await this.#commit(unit, (tx) => this.#handleAll(unit, tx));
      const aftermath = failure === undefined ? undefined : await this.#after(failure, unit);
      if (aftermath === 'later') return;
      if (aftermath === 'one-by-one') this.#oneByOne = unit.length;
      else at += unit.length;
      if (aftermath === 'put-away') this.#oneByOne = 0;
      else if (aftermath === undefined) this.#oneByOne = Math.max(0, this.#oneByOne - unit.length);
      await this.#payload.heartbeat();
    }
  }

  get #goesOn(): boolean {
    const { signal, tap } = this.#parts;
    return this.#payload.isRunning() && !this.#payload.isStale() && !signal.aborted && tap.isCurrent(this.#identity);
  }

  /** Without what this member has committed already: it may have joined again, in the same generation, while that was under way. */
  #unconsumed(): readonly KafkaMessage[] {
    const { messages } = this.#payload.batch;
    const committed = Number(this.#parts.tap.committedOffset(this.#topic, this.#partition) ?? 0);
    if (Number(messages[0]!.offset) >= committed) return messages;
    const left = messages.filter(({ offset }) => Number(offset) >= committed);
    if (left.length === 0 && this.#goesOn) this.#payload.resolveOffset(messages.at(-1)!.offset);
    return left;
  }

  #sizeFor(first: KafkaMessage): number {
    const hasFailed = this.#oneByOne > 0 || this.#parts.redelivery.attemptsOf(this.#placeOf(first)) > 0;
    return hasFailed ? 1 : this.#parts.maxMessagesPerUnit;
  }

  async #handleAll(messages: readonly KafkaMessage[], unit: Transaction): Promise<void> {
    for (const message of messages) {
      unit.signal.throwIfAborted(); // its time was over while a handler was at work: the messages are being handled elsewhere by now
      await this.#parts.handle(this.#payloadOf(message), unit);
    }
  }

  #payloadOf(message: KafkaMessage): EachMessagePayload {
    return {
      topic: this.#topic,
      partition: this.#partition,
      message,
      pause: () => this.#payload.pause(),
      heartbeat: async () => {
        try {
          await this.#payload.heartbeat();
        } catch (error) {
          if (memberErrorOf(error) !== undefined) this.#lost = error;
          throw error;
        }
      },
    };
  }

  async #commit(
    messages: readonly KafkaMessage[],
    work: (unit: Transaction) => Promise<unknown>,
  ): Promise<Failure | undefined> {
    const { producer, tap, redelivery, signal } = this.#parts;
    const last = messages.at(-1)!;
    const next = { topic: this.#topic, partition: this.#partition, offset: String(BigInt(last.offset) + 1n) };
    let phase: FailedPhase = 'handling';
    try {
      await producer.transaction(
        async (unit) => {
          await work(unit);
          const { groupId } = this.#identity;
          await unit.sendOffsets({ groupId, member: this.#identity, offsets: [next] });
          phase = 'committing';
        },
        { propagation: 'requires-new', signal },
      );
    } catch (error) {
      return { error: this.#lost ?? error, phase };
    }
    redelivery.handled(this.#placeOf(last));
    if (tap.isCurrent(this.#identity)) {
      tap.noteCommitted(this.#identity, this.#topic, this.#partition, next.offset);
      this.#payload.resolveOffset(last.offset);
    }
    return undefined;
  }

  async #after({ error, phase }: Failure, messages: readonly KafkaMessage[]): Promise<Aftermath> {
    const culprit = culpritOf(error, phase);
    this.#rejoinIfNeeded(culprit, error);
    if (culprit === 'closing') return this.#later(CLOSED_PAUSE_MS);
    if (culprit === 'message' && messages.length > 1) return 'one-by-one';
    const [first] = messages;
    const decision = this.#parts.redelivery.failed(this.#placeOf(first!), error, phase);
    this.#report(first!, error, decision, culprit === 'message');
    return decision.kind === 'dead-letter' ? this.#putAway(first!, error, decision) : this.#follow(decision);
  }

  async #putAway(
    message: KafkaMessage,
    error: unknown,
    { topic, attempts }: Extract<RedeliveryDecision, { kind: 'dead-letter' }>,
  ): Promise<Aftermath> {
    const { groupId } = this.#identity;
    const why = { topic: this.#topic, partition: this.#partition, groupId, attempts, error: errorOf(error) };
    const record = deadLetterRecord(topic, message, why);
    const failure = await this.#commit([message], (unit) => unit.send(record));
    if (failure === undefined) return 'put-away';
    this.#rejoinIfNeeded(culpritOf(failure.error, failure.phase), failure.error);
    const decision = this.#parts.redelivery.deadLetterFailed(this.#placeOf(message), failure.error);
    this.#report(message, failure.error, decision, true);
    return this.#follow(decision);
  }

  #follow(decision: RedeliveryDecision): Aftermath {
    return this.#later(decision.kind === 'retry' ? decision.delayMs : Infinity);
  }

  #later(delayMs: number): 'later' {
    this.#withhold(delayMs);
    return 'later';
  }

  /** Other partitions go on meanwhile. */
  #withhold(durationMs: number): void {
    if (this.#parts.tap.isCurrent(this.#identity)) {
      this.#parts.tap.withheld.withhold(this.#topic, this.#partition, durationMs);
    }
  }

  /** Whoever has joined again begins at what the group has committed: for certain, because it waits until the fate of every unit is known. */
  #rejoinIfNeeded(culprit: ReturnType<typeof culpritOf>, error: unknown): void {
    if (culprit === 'member') throw rejoinError(memberErrorOf(error) ?? 'ILLEGAL_GENERATION');
    if (culprit !== 'unknown') return;
    const where = `${this.#topic}[${this.#partition}]`;
    this.#parts.log('warn', `The consumer joins its group again to learn where ${where} stands: ${sentenceOf(error)}`);
    throw rejoinError('REBALANCE_IN_PROGRESS');
  }

  #report(message: KafkaMessage, error: unknown, decision: RedeliveryDecision, isItsFault: boolean): void {
    const what = `The message at offset ${message.offset} of ${this.#topic}[${this.#partition}]`;
    const failed = isItsFault ? `failed, attempt ${decision.attempts}` : 'could not be committed';
    const { log } = this.#parts;
    if (decision.kind === 'retry')
      log('warn', `${what} ${failed}; again in ${decision.delayMs} ms: ${sentenceOf(errorOf(error))}`);
    else if (decision.kind === 'dead-letter')
      log('error', `${what} ${failed}; it goes to ${decision.topic}: ${sentenceOf(errorOf(error))}`);
    else
      log(
        'error',
        `${what} ${failed}; its partition is paused, because nothing may be skipped: ${sentenceOf(errorOf(error))}`,
      );
  }

  #placeOf({ offset }: KafkaMessage): { topic: string; partition: number; offset: string } {
    return { topic: this.#topic, partition: this.#partition, offset };
  }
}

/** Nest hands over what its exception filter has made of an error, which is an object with a message and no Error. */
function errorOf(error: unknown): unknown {
  if (error instanceof Error) return error;
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? Object.assign(new Error(message), { name: 'RpcException' }) : error;
}
