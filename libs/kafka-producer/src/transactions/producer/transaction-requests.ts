import { apis, errorName, type ResponseOf } from 'kafka-wire';

import type { TransactionVersion } from '../../cluster/cluster.js';
import { BrokerAnswerError } from '../../cluster/cluster.errors.js';
import { schemaRequest } from '../../cluster/schema-request.js';
import { AuthorizationError } from '../../errors/cluster-side.errors.js';
import { ProducerFencedError } from '../../errors/transaction.errors.js';
import { NO_IDENTITY, type ProducerIdentity } from '../../sender/producer-identity.js';
import type { AskProgress, CoordinatorAnswer, CoordinatorRequests } from './coordinator-requests.js';
import {
  INVALID_TRANSACTION_TIMEOUT,
  IS_FENCED,
  NONE,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
  UNKNOWN_SERVER_ERROR,
  UNKNOWN_TOPIC_OR_PARTITION,
} from './transaction-codes.js';

const PASSING_FOR_PARTITIONS: ReadonlySet<number> = new Set([UNKNOWN_TOPIC_OR_PARTITION]);
/** What a broker answers whom it has already told of the last epoch. */
const NO_REPEAT: ReadonlySet<number> = new Set([UNKNOWN_SERVER_ERROR]);
/** The highest epoch that brokers hand out; then comes another producer id. */
const LAST_EPOCH = 0x7ffe;

export type TransactionDescription = ResponseOf<typeof apis.DescribeTransactions>['transactionStates'][number];
export type AddPartitionsResponse = ResponseOf<typeof apis.AddPartitionsToTxn>;

/** What is asked of the coordinator of one transactional id. All throw as `CoordinatorRequests.ask()` does. */
export class TransactionRequests {
  readonly #requests: CoordinatorRequests;
  #transactionTimeoutMs: number;

  constructor(
    requests: CoordinatorRequests,
    readonly transactionalId: string,
    transactionTimeoutMs: number,
  ) {
    this.#requests = requests;
    this.#transactionTimeoutMs = transactionTimeoutMs;
  }

  /** @returns whether it is longer than before: brokers hear of it with the next `initProducerId()` */
  raiseTimeout(transactionTimeoutMs: number): boolean {
    if (transactionTimeoutMs <= this.#transactionTimeoutMs) return false;
    this.#transactionTimeoutMs = transactionTimeoutMs;
    return true;
  }

  /**
   * Asks for an identity newer than the one held, and with it for the end of whatever is open under that one.
   *
   * @param held never left out once there was one: without it the broker would take the id away from whoever has it now
   * @param progress is told whether a copy of the question may still arrive
   * @throws ProducerFencedError when that was somebody else; AuthorizationError; BrokerAnswerError
   */
  async initProducerId(
    held: ProducerIdentity | undefined,
    deadlineMs: number,
    progress?: AskProgress,
  ): Promise<ProducerIdentity> {
    const { errorCode, producerId, producerEpoch } = await this.#init(held ?? NO_IDENTITY, deadlineMs, progress);
    if (errorCode === NONE) return { producerId, epoch: producerEpoch };
    if (held?.epoch !== LAST_EPOCH - 1 || errorCode !== UNKNOWN_SERVER_ERROR) throw this.#initError(errorCode, held);
    // The broker cannot repeat this answer: it has given out the last epoch, and so the next one is that of another id.
    return this.initProducerId({ producerId: held.producerId, epoch: LAST_EPOCH }, deadlineMs);
  }

  /** @returns `undefined` while there is no connection to the coordinator */
  transactionVersion(deadlineMs: number): Promise<TransactionVersion | undefined> {
    return this.#requests.transactionVersion(this.transactionalId, deadlineMs);
  }

  /** What the coordinator knows of the transactional id. Changes nothing. `undefined`: nothing. */
  async describe(deadlineMs: number): Promise<TransactionDescription | undefined> {
    const input = { transactionalIds: [this.transactionalId] };
    const { response } = await this.#requests.ask(
      {
        ...this.#coordinator,
        request: (timeoutMs) => schemaRequest(apis.DescribeTransactions, input, { timeoutMs }),
        codesOf: ({ transactionStates }) => transactionStates.map(({ errorCode }) => errorCode),
      },
      deadlineMs,
    );
    return response.transactionStates.find(({ errorCode }) => errorCode === NONE);
  }

  /** Version 3: later ones are for brokers. */
  addPartitions(
    identity: ProducerIdentity,
    topics: ReadonlyMap<string, readonly number[]>,
    deadlineMs: number,
  ): Promise<CoordinatorAnswer<AddPartitionsResponse>> {
    const input = {
      v3AndBelowTransactionalId: this.transactionalId,
      v3AndBelowProducerId: identity.producerId,
      v3AndBelowProducerEpoch: identity.epoch,
      v3AndBelowTopics: Array.from(topics, ([name, partitions]) => ({ name, partitions: [...partitions] })),
    };
    return this.#requests.ask(
      {
        ...this.#coordinator,
        request: (timeoutMs) => schemaRequest(apis.AddPartitionsToTxn, input, { timeoutMs, maxVersion: 3 }),
        codesOf: ({ resultsByTopicV3AndBelow: results }) =>
          results.flatMap(({ resultsByPartition }) => resultsByPartition.map((one) => one.partitionErrorCode)),
        passing: PASSING_FOR_PARTITIONS,
      },
      deadlineMs,
    );
  }

  addOffsets(
    { producerId, epoch: producerEpoch }: ProducerIdentity,
    groupId: string,
    deadlineMs: number,
  ): Promise<CoordinatorAnswer<ResponseOf<typeof apis.AddOffsetsToTxn>>> {
    const { transactionalId } = this;
    const input = { transactionalId, producerId, producerEpoch, groupId };
    return this.#requests.ask(
      {
        ...this.#coordinator,
        request: (timeoutMs) => schemaRequest(apis.AddOffsetsToTxn, input, { timeoutMs, maxVersion: 3 }),
        codesOf: ({ errorCode }) => [errorCode],
      },
      deadlineMs,
    );
  }

  /** The version decides whether the broker raises the epoch. */
  endTxn(
    { producerId, epoch: producerEpoch }: ProducerIdentity,
    committed: boolean,
    transactionVersion: TransactionVersion,
    deadlineMs: number,
    progress: AskProgress,
  ): Promise<CoordinatorAnswer<ResponseOf<typeof apis.EndTxn>>> {
    const { transactionalId } = this;
    const input = { transactionalId, producerId, producerEpoch, committed };
    const versions = transactionVersion === 2 ? { minVersion: 5 } : { maxVersion: 4 };
    return this.#requests.ask(
      {
        ...this.#coordinator,
        request: (timeoutMs) => schemaRequest(apis.EndTxn, input, { timeoutMs, ...versions }),
        codesOf: ({ errorCode }) => [errorCode],
      },
      deadlineMs,
      progress,
    );
  }

  get #coordinator() {
    return { coordinator: 'transaction', key: this.transactionalId } as const;
  }

  async #init(
    from: ProducerIdentity,
    deadlineMs: number,
    progress: AskProgress | undefined,
  ): Promise<ResponseOf<typeof apis.InitProducerId>> {
    const { transactionalId } = this;
    const transactionTimeoutMs = this.#transactionTimeoutMs;
    const input = { transactionalId, transactionTimeoutMs, producerId: from.producerId, producerEpoch: from.epoch };
    const { response } = await this.#requests.ask(
      {
        ...this.#coordinator,
        request: (timeoutMs) => schemaRequest(apis.InitProducerId, input, { timeoutMs, minVersion: 3 }),
        codesOf: ({ errorCode }) => [errorCode],
        ...(from.epoch === LAST_EPOCH - 1 && { final: NO_REPEAT }),
      },
      deadlineMs,
      progress,
    );
    return response;
  }

  #initError(errorCode: number, held: ProducerIdentity | undefined): Error {
    const { transactionalId } = this;
    const request = `InitProducerId for transactional id '${transactionalId}'`;
    const detail =
      errorCode === INVALID_TRANSACTION_TIMEOUT
        ? `they may be open for ${this.#transactionTimeoutMs} ms, which is more than the brokers' transaction.max.timeout.ms. Lower transactions.transactionTimeoutMs, or timeoutMs and commitTimeoutMs of streaming units`
        : null;
    const cause = new BrokerAnswerError({ broker: 'The coordinator', request, errorCode, detail });
    if (held !== undefined && IS_FENCED.has(errorCode)) return new ProducerFencedError({ transactionalId, cause });
    if (errorCode !== TRANSACTIONAL_ID_AUTHORIZATION_FAILED) return cause;
    return new AuthorizationError({ resource: 'transactional id', name: transactionalId, operation: 'Write', cause });
  }
}

/** For the message of an error. */
export function answeredWith(request: string, code: number): string {
  return `${request} was answered ${errorName(code)} (${code})`;
}
