import { BatchDeliveryError } from '../errors/delivery.errors.js';
import { isKafkaProducerError } from '../errors/is-kafka-producer-error.js';
import type { Delivery } from '../record/delivery.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import type { OpenScope } from '../scope/open-scope.js';
import type { WaitFor } from './emit-options.js';
import { leaveTo } from './emit-scope.js';
import type { EmitProducer } from './producer-slot.js';

/** Records of one call that share a producer and a way of waiting. */
export interface Consignment {
  readonly producer: EmitProducer;
  /** Of the module, as the decorator names it. */
  readonly producerName: string;
  readonly waitFor: WaitFor;
  /** Who waits for `'scope'`. */
  readonly scope: OpenScope | undefined;
  readonly records: ProducerRecord[];
  /** Of each record, among all that the call emits. */
  readonly places: number[];
}

/** Told of a record that was accepted, that nobody waits for, and that was not delivered. */
export type LostListener = (producerName: string, topic: string, error: unknown) => void;

type Settled = PromiseSettledResult<RecordMetadata>;

/** As Kafka's `RecordMetadata.UNKNOWN_PARTITION`: accepted, and nothing is known yet. */
const UNKNOWN_PARTITION = -1;

/**
 * Sends what one call emits, all of it together.
 *
 * The object in the producer's place may be a test's mock: whatever its methods return that is no promise counts as an acknowledgement.
 *
 * @returns resolves when every `'ack'` is acknowledged and every `'accepted'` has its place in the buffer; what is left to a scope is on its way
 * @throws the error of the only record; with several `BatchDeliveryError`, or the error that kept all of them from being sent
 */
export function emitRecords(consignments: readonly Consignment[], onLost: LostListener): Promise<unknown> {
  const [first] = consignments;
  if (first === undefined || consignments.length > 1) return settleAll(consignments, onLost);
  const { producer, waitFor, scope, records } = first;
  if (scope !== undefined) {
    leaveTo(scope, producer, records);
    return Promise.resolve();
  }
  if (waitFor === 'ack') {
    return Promise.resolve<unknown>(records.length === 1 ? producer.send(records[0]!) : producer.sendAll(records));
  }
  return records.length === 1 ? accept(first, records[0]!, onLost) : settleAll(consignments, onLost);
}

async function settleAll(consignments: readonly Consignment[], onLost: LostListener): Promise<void> {
  const results = await Promise.all(
    consignments.map((consignment) =>
      consignment.waitFor !== 'accepted'
        ? acknowledged(consignment)
        : Promise.allSettled(consignment.records.map((record) => accept(consignment, record, onLost))),
    ),
  );
  const all: Settled[] = [];
  for (const [i, { places }] of consignments.entries()) {
    for (const [j, place] of places.entries()) all[place] = results[i]![j]!;
  }
  if (all.some(({ status }) => status === 'rejected')) throw new BatchDeliveryError({ results: all });
}

async function acknowledged({ producer, scope, records }: Consignment): Promise<readonly Settled[]> {
  if (scope !== undefined) {
    leaveTo(scope, producer, records);
    return records.map((record) => ({ status: 'fulfilled', value: unknownPlace(record) }));
  }
  try {
    const metadata: readonly RecordMetadata[] | undefined = await producer.sendAll(records);
    return records.map((record, i) => ({ status: 'fulfilled', value: metadata?.[i] ?? unknownPlace(record) }));
  } catch (reason) {
    if (isKafkaProducerError(reason, 'KAFKA_PRODUCER_BATCH_DELIVERY')) return reason.results;
    return records.map(() => ({ status: 'rejected', reason }));
  }
}

async function accept(
  { producer, producerName }: Consignment,
  record: ProducerRecord,
  onLost: LostListener,
): Promise<RecordMetadata> {
  const { topic } = record;
  const delivery: Delivery | undefined = await producer.enqueue(record);
  Promise.resolve(delivery?.acknowledged).catch((error: unknown) => onLost(producerName, topic, error));
  return unknownPlace(record);
}

function unknownPlace({ topic, partition = UNKNOWN_PARTITION }: ProducerRecord): RecordMetadata {
  return { topic, partition };
}
