import { crc32c } from 'kafka-wire';

import { KafkaProducerService } from '../kafka-producer.service.js';
import { DEFAULT_PRODUCER } from '../kafka-producer.tokens.js';
import type { KafkaProducerOptions } from '../options/module.options.js';
import { ProducerOptions } from '../options/producer.options.js';
import { TransactionOptions } from '../options/transaction.options.js';
import { ProducerPipeline } from '../pipeline/producer-pipeline.js';
import { publish } from '../observability/channels.js';
import { RequestScopes } from '../scope/request-scopes.js';
import { systemClock } from '../support/clock.js';
import { AmbientUnits } from '../transactions/propagation/ambient-units.js';
import { TransactionEngine, type EngineSettings } from '../transactions/transaction-engine.js';
import type { CommittedRecords } from './committed-records.js';
import { InMemoryCluster } from './in-memory-cluster.js';
import type { InMemoryKafkaOptions } from './in-memory-topics.js';
import { OutcomeScripts } from './outcome-scripts.js';
import { RecordLog } from './record-log.js';
import type { ScriptedOutcomes } from './scripted-outcomes.js';

export interface InMemoryProducerOptions
  extends
    InMemoryKafkaOptions,
    Pick<KafkaProducerOptions, 'serializers' | 'defaultHeaders' | 'propagateHeaders' | 'resolveTopic'> {
  /** What its records say they come from. @defaultValue 'default' */
  readonly name?: string | undefined;
}

/**
 * A producer for unit tests without a container: checks, serialises, partitions and batches like the real one, and keeps what it would have sent.
 *
 * It has nothing to close. As a `KafkaProducerService` it goes wherever one is wanted: a constructor, `bindKafkaProducer()`, `overrideProvider()`.
 *
 * @example
 * ```ts
 * class OrderEvents {
 *   @Emit(orderPlaced)
 *   async placed(order: Order): Promise<OrderPlaced> {
 *     return { orderId: order.id, total: order.total };
 *   }
 * }
 * const kafka = new InMemoryProducer();
 * await bindKafkaProducer(new OrderEvents(), kafka).placed({ id: 'SO-1', total: 9 });
 * kafka.records.in('orders.placed');
 * ```
 */
export class InMemoryProducer extends KafkaProducerService {
  /** What was written so far. */
  readonly records: CommittedRecords;
  /** Lets sends fail. */
  readonly outcomes: ScriptedOutcomes;

  constructor(options: InMemoryProducerOptions = {}) {
    const { name = DEFAULT_PRODUCER, serializers, defaultHeaders, propagateHeaders, resolveTopic, ...kafka } = options;
    const records = new RecordLog();
    const outcomes = new OutcomeScripts();
    const cluster = new InMemoryCluster(name, kafka, records, outcomes);
    const scopes = new RequestScopes(({ topic, recordCount, error }) =>
      publish('nestjs-kafka-producer:emit-failed', { producer: name, topic, recordCount, error: error as Error }),
    );
    const settings = Object.assign({}, new ProducerOptions(), {
      acks: -1,
      codec: undefined,
      checksum: crc32c,
      serializers,
      defaultHeaders,
      propagateHeaders,
      scope: scopes.current,
      resolveTopic,
    });
    const pipeline = new ProducerPipeline(settings, cluster, systemClock, { batchFailed: () => {} });
    super(pipeline, cluster, inMemoryTransactions(name, settings, cluster, pipeline), pipeline, scopes);
    this.records = records;
    this.outcomes = outcomes;
  }
}

/** As in an application, without a log. */
function inMemoryTransactions(
  producer: string,
  pipeline: EngineSettings['pipeline'],
  cluster: InMemoryCluster,
  plain: ProducerPipeline,
): TransactionEngine {
  const transactions = Object.assign({}, new TransactionOptions(), { idPrefix: producer });
  const nobody = (): void => {};
  return new TransactionEngine(
    { producer, transactions, pipeline },
    {
      cluster,
      clock: systemClock,
      ambient: new AmbientUnits(),
      plain,
      listener: {
        settledLate: nobody,
        fenced: nobody,
        setApart: nobody,
        startedAfterEnd: nobody,
        failedAfterEnd: nobody,
        hookFailed: nobody,
      },
    },
  );
}
