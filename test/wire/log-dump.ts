import type { RecordBatchHeader } from 'kafka-wire';

/** A batch as Kafka's `DumpLogSegments --deep-iteration` prints it. All values are text, as printed. */
export interface DumpedBatch {
  readonly fields: DumpedFields;
  readonly records: readonly DumpedFields[];
}

export type DumpedFields = Readonly<Record<string, string>>;

const FIELD = /(\w+): (\[[^\]]*\]|\S+)/g;

/** Reads the lines of a dump; what is not about a batch or a record is passed over. */
export function parseDump(dump: string): DumpedBatch[] {
  const batches: { fields: DumpedFields; records: DumpedFields[] }[] = [];
  for (const line of dump.split('\n')) {
    if (line.startsWith('baseOffset: ')) batches.push({ fields: fieldsOf(line), records: [] });
    else if (line.startsWith('| offset: ')) batches.at(-1)?.records.push(fieldsOf(line));
  }
  return batches;
}

/** A header of ours in the words of a dump. */
export function asDumped(header: RecordBatchHeader): DumpedFields {
  const count = header.baseSequence === -1 ? 0 : header.lastOffsetDelta;
  return Object.fromEntries(
    Object.entries({
      baseOffset: header.baseOffset,
      lastOffset: header.baseOffset + header.lastOffsetDelta,
      count: header.recordCount,
      baseSequence: header.baseSequence,
      lastSequence: header.baseSequence + count,
      producerId: header.producerId.readBigInt64BE(),
      producerEpoch: header.producerEpoch,
      partitionLeaderEpoch: header.partitionLeaderEpoch,
      isTransactional: header.isTransactional,
      isControl: header.isControl,
      deleteHorizonMs: header.hasDeleteHorizon ? `OptionalLong[${header.baseTimestamp}]` : 'OptionalLong.empty',
      position: header.position,
      [timeName(header)]: header.maxTimestamp,
      size: header.sizeBytes,
      magic: header.magic,
      compresscodec: header.compressionType,
      crc: header.crc,
      isvalid: true,
    }).map(([name, value]) => [name, String(value)]),
  );
}

export function timeName({ timestampType }: RecordBatchHeader): 'LogAppendTime' | 'CreateTime' {
  return timestampType === 'append' ? 'LogAppendTime' : 'CreateTime';
}

function fieldsOf(line: string): DumpedFields {
  return Object.fromEntries([...line.matchAll(FIELD)].map(([, name, value]) => [name ?? '', value ?? '']));
}
