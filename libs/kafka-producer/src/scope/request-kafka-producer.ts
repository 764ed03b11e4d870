import { scopesOf, sendsInUnit, type KafkaProducerService, type SendOptions } from '../kafka-producer.service.js';
import type { Delivery } from '../record/delivery.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import type { RequestScope } from '../record/request-scope.js';
import type { ExplicitTransaction, Transaction } from '../transactions/transaction.js';
import type { TransactionalOptions } from '../transactions/transactional.options.js';
import { carrierOfRequest, originOfRequest } from './request-carrier.js';
import type { OpenScope } from './open-scope.js';
import type { RequestScopes } from './request-scopes.js';
import type { RunInScopeOptions } from './run-in-scope.js';

/**
 * The producer as one request sees it, injected by scope: everything is sent in the scope of that request.
 *
 * Guards, middleware and the constructors of REQUEST-scoped providers run before a scope opens. The façade has the scope by then already, and the handler goes on
 * with it. It owns nothing that would have to be closed. Whoever injects it becomes REQUEST-scoped too and is made anew for every request; where that
 * is not wanted, `KafkaProducerService` does the same from the handler on.
 */
export class RequestKafkaProducer {
  readonly #producer: KafkaProducerService;
  readonly #scopes: RequestScopes | undefined;
  readonly #request: unknown;

  /** @param request what Nest injects as REQUEST */
  constructor(producer: KafkaProducerService, request: unknown) {
    this.#producer = producer;
    this.#scopes = scopesOf(producer);
    this.#request = request;
  }

  /** The request; `undefined` when what stands in for the producer has no scopes. */
  currentScope(): RequestScope | undefined {
    return this.#scope();
  }

  /** As `KafkaProducerService.send()`. */
  send(record: ProducerRecord, options?: SendOptions): Promise<RecordMetadata> {
    return this.#within(() => this.#producer.send(record, options));
  }

  /** As `KafkaProducerService.sendAll()`. */
  sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    return this.#within(() => this.#producer.sendAll(records));
  }

  /**
   * Resolves when the record has its place in the buffer. The request waits for its acknowledgement before the response, and fails with it, when it has a
   * scope; else a failure goes to the log and the channel `nestjs-kafka-producer:emit-failed`.
   *
   * @throws as `send()` does, for everything that shows before the record is in the buffer
   */
  async enqueue(record: ProducerRecord): Promise<Delivery> {
    const delivery = await this.#within(() => this.#producer.enqueue(record));
    const scope = this.#scope();
    // In a unit the acknowledgement comes with the commit, and the commit would wait for the scope.
    if (scope?.emits.isOpen === true && !sendsInUnit(this.#producer)) {
      scope.emits.add({ topic: record.topic, recordCount: 1, sent: delivery.acknowledged });
    }
    return delivery;
  }

  /** As `KafkaProducerService.transaction()`. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionalOptions): Promise<T> {
    return this.#within(() => this.#producer.transaction(work, options));
  }

  /** As `KafkaProducerService.beginTransaction()`. */
  beginTransaction(options?: TransactionalOptions): Promise<ExplicitTransaction> {
    return this.#within(() => this.#producer.beginTransaction(options));
  }

  currentTransaction(): Transaction | undefined {
    return this.#producer.currentTransaction();
  }

  /** As `KafkaProducerService.withoutTransaction()`. */
  withoutTransaction<T>(work: () => Promise<T>): Promise<T> {
    return this.#within(() => this.#producer.withoutTransaction(work));
  }

  /** Runs work in the scope of the request: for methods with `@Emit` that are called before it is open. */
  runInScope<T>(work: () => Promise<T>, options?: RunInScopeOptions): Promise<T> {
    return this.#within(() => this.#producer.runInScope(work, options));
  }

  #within<T>(call: () => T): T {
    const scopes = this.#scopes;
    if (scopes === undefined || scopes.open() !== undefined) return call();
    return scopes.run(this.#scope()!, call);
  }

  /** That of the async context, which may be open already; else the one that the handler will go on with. */
  #scope(): OpenScope | undefined {
    const scopes = this.#scopes;
    if (scopes === undefined) return undefined;
    const request = carrierOfRequest(this.#request);
    const key = typeof request === 'object' && request !== null ? request : this;
    return scopes.open() ?? scopes.ofRequest(key, originOfRequest(this.#request));
  }
}
