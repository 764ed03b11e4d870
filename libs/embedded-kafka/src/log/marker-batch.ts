import {
  decodeRecordBatchHeaders,
  encodeControlRecord,
  RecordBatchBuilder,
  SizedRecord,
  stampRecordBatch,
  type ProducerId,
  type RecordBatchHeader,
} from 'kafka-wire';

const ATTRIBUTES_AT = 21;
const CONTROL_BIT = 0x20;
const NO_SEQUENCE = -1;

/** Where the type and the coordinator's epoch lie in a marker batch: its one record has fields of known lengths. */
const TYPE_AT = 68;
const COORDINATOR_EPOCH_AT = 73;
const COMMIT = 1;

/** How a producer's transaction ends on a partition. */
export interface TransactionEnd {
  readonly producerId: ProducerId;
  /** In TV2 already the next one: what the producer sent before is late from here on. */
  readonly epoch: number;
  readonly committed: boolean;
  readonly coordinatorEpoch: number;
}

/** A batch of one control record, as the leader writes it into the log when a transaction ends. */
export function markerBatch(
  { producerId, epoch, committed, coordinatorEpoch }: TransactionEnd,
  nowMs: number,
): { readonly bytes: Buffer; readonly header: RecordBatchHeader } {
  const { key, value } = encodeControlRecord({ type: committed ? 'commit' : 'abort', coordinatorEpoch });
  const builder = new RecordBatchBuilder();
  builder.append(new SizedRecord(key, value, nowMs));
  const bytes = builder.build();
  bytes.writeInt16BE(bytes.readInt16BE(ATTRIBUTES_AT) | CONTROL_BIT, ATTRIBUTES_AT);
  stampRecordBatch(bytes, { producerId, producerEpoch: epoch, baseSequence: NO_SEQUENCE, isTransactional: true });
  const header = decodeRecordBatchHeaders(bytes)[0];
  if (header === undefined) throw new Error('a marker batch cannot be read back');
  return { bytes, header: { ...header, producerId: Buffer.from(producerId) } };
}

/** What a batch of {@link markerBatch} says. */
export function readMarker(bytes: Buffer, { producerId, producerEpoch }: RecordBatchHeader): TransactionEnd {
  return {
    producerId,
    epoch: producerEpoch,
    committed: bytes.readInt16BE(TYPE_AT) === COMMIT,
    coordinatorEpoch: bytes.readInt32BE(COORDINATOR_EPOCH_AT),
  };
}
