import { ClientProxy, type ReadPacket } from '@nestjs/microservices';
import type { Observable } from 'rxjs';

import { InvalidRecordError } from '../errors/record.errors.js';
import type { KafkaProducerService } from '../kafka-producer.service.js';
import { clientKafkaRecord } from './client-kafka-message.js';
import { emittedMetadata, type EmittedMetadata } from './emitted-metadata.js';
import { replayedOutcome } from './replayed-outcome.js';
import { UnheardFailures } from './unheard-failures.js';

/** What a client needs of the producer. */
export type ClientProducer = Pick<KafkaProducerService, 'send' | 'sendAll'>;

/** How the container hands the producer over. */
export const USE_PRODUCER: unique symbol = Symbol('nestjs-kafka-producer/use-producer');

const USE_CLIENT_KAFKA =
  'Keep a ClientKafka of ClientsModule under another token for this, and use the client of provideClientKafka() to emit.';

/**
 * A `ClientProxy` whose events go through `KafkaProducerService`, read as Nest's `ClientKafka` reads them; made by `provideClientKafka()`.
 *
 * Events only: there is no consumer, so whatever needs one is refused. An emit is sent when it is called, shares batches as every
 * record does, and its Observable repeats the outcome for whoever subscribes later. A failure nobody subscribed to is logged and published as
 * `nestjs-kafka-producer:emit-failed`.
 */
export class KafkaProducerClient extends ClientProxy {
  readonly #unheard: UnheardFailures;
  #producer: ClientProducer | undefined;

  constructor(producerName: string) {
    super();
    this.#unheard = new UnheardFailures(producerName);
  }

  [USE_PRODUCER](producer: ClientProducer): void {
    this.#producer = producer;
  }

  /** The producer connects and disconnects with the application. Resolves at once, also while no broker can be reached. */
  override async connect(): Promise<void> {}

  /** Does nothing: others use the producer too. It delivers what is buffered and disconnects when the application shuts down. */
  override async close(): Promise<void> {}

  /**
   * Sends one record.
   *
   * @returns gives out the metadata in kafkajs' shape once the record is acknowledged, or fails with the error of
   * `KafkaProducerService.send()`. Nothing is thrown by the call itself.
   */
  override emit<TResult = EmittedMetadata[], TInput = unknown>(pattern: unknown, data: TInput): Observable<TResult> {
    return this.#outcome('emit', pattern, 1, async () => this.dispatchEvent<TResult>(this.#packet(pattern, data)));
  }

  /**
   * Sends all messages to one topic. All are read and checked before the first is sent.
   *
   * @returns as `emit()` does; fails with `BatchDeliveryError` when some were sent and failed
   */
  emitBatch<TResult = EmittedMetadata[], TInput = unknown>(
    pattern: unknown,
    data: { messages: TInput[] },
  ): Observable<TResult> {
    const messages: unknown = data?.messages;
    const count = Array.isArray(messages) ? messages.length : 0;
    return this.#outcome('emitBatch', pattern, count, async () => {
      const topic = this.#topicOf(pattern);
      if (!Array.isArray(messages)) {
        throw new InvalidRecordError({ topic, reason: 'emitBatch() was given no array of messages' });
      }
      const records = messages.map((message: unknown) => clientKafkaRecord(topic, message));
      return emittedMetadata(await this.unwrap<ClientProducer>().sendAll(records)) as TResult;
    });
  }

  /** @throws Error always: a reply needs a consumer */
  override send(): never {
    throw refused('send()', 'a reply would need a consumer and a topic for replies', USE_CLIENT_KAFKA);
  }

  /** @throws Error always: a reply needs a consumer */
  subscribeToResponseOf(): never {
    throw refused(
      'subscribeToResponseOf()',
      'a reply would need a consumer',
      `${USE_CLIENT_KAFKA} Without send() the call can go.`,
    );
  }

  /** @throws Error always: there is no consumer */
  commitOffsets(): never {
    throw refused(
      'commitOffsets()',
      'it has no consumer',
      "Use the KafkaContext's consumer in the handler that reads the messages.",
    );
  }

  /** @throws Error always, as ClientKafka's does */
  override on(): never {
    throw refused(
      'on()',
      'it has no events',
      "Subscribe to the channels 'nestjs-kafka-producer:…' of node:diagnostics_channel.",
    );
  }

  /** @throws Error always: kafkajs' producer is not used */
  get producer(): never {
    throw refused(
      'producer',
      "kafkajs' producer is not used",
      'Inject KafkaProducerService, or call unwrap<KafkaProducerService>().',
    );
  }

  /** @throws Error always: there is no consumer */
  get consumer(): never {
    throw refused('consumer', 'it has none', USE_CLIENT_KAFKA);
  }

  /** The `KafkaProducerService` behind this client. */
  override unwrap<T = KafkaProducerService>(): T {
    if (this.#producer === undefined)
      throw new Error('This client has no producer: let Nest construct it, by provideClientKafka().');
    return this.#producer as T;
  }

  protected override async dispatchEvent<T>({ pattern, data }: ReadPacket): Promise<T> {
    const record = clientKafkaRecord(this.#topicOf(pattern), data);
    return emittedMetadata([await this.unwrap<ClientProducer>().send(record)]) as T;
  }

  protected override publish(): never {
    return this.send();
  }

  /** @param work async, so that all it throws is an outcome */
  #outcome<T>(
    call: 'emit' | 'emitBatch',
    pattern: unknown,
    recordCount: number,
    work: () => Promise<T>,
  ): Observable<T> {
    return replayedOutcome(work(), (error) => {
      this.#unheard.report(call, this.#nameOf(pattern), recordCount, error);
    });
  }

  /** Nest 12 lets a hook see what is dispatched; what it adds reaches Kafka's wire as little as it does from ClientKafka. */
  #packet(pattern: unknown, data: unknown): ReadPacket {
    const packet = { pattern, data };
    this.onDispatchHook?.(packet);
    return packet;
  }

  /** @throws InvalidRecordError for a pattern that is no topic; whether its name is legal is seen when the record is made */
  #topicOf(pattern: unknown): string {
    const topic: unknown =
      pattern === undefined || pattern === null ? pattern : this.normalizePattern(pattern as string);
    if (typeof topic === 'string') return topic;
    throw new InvalidRecordError({ reason: `its pattern is ${String(pattern)}, which names no topic` });
  }

  #nameOf(pattern: unknown): string {
    try {
      return this.#topicOf(pattern);
    } catch {
      return String(pattern);
    }
  }
}

function refused(call: string, reason: string, instead: string): Error {
  return new Error(
    `The client of provideClientKafka() emits and does nothing else, ${call} is refused: ${reason}. ${instead}`,
  );
}
