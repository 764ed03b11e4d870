import { decodeRecordBatchHeaders, decodeRecords, type DecodedRecord } from 'kafka-wire';

/** Of an answer to a fetch of isolation level 1. */
export interface AbortedTransaction {
  readonly producerId: Uint8Array;
  readonly firstOffset: number;
}

/** What a consumer of committed records makes of the bytes of one fetch: neither markers nor what was aborted (KIP-98). */
export async function committedRecordsOf(
  chunk: Uint8Array,
  abortedTransactions: readonly AbortedTransaction[] | null | undefined,
): Promise<DecodedRecord[]> {
  const aborted = (abortedTransactions ?? []).map(({ producerId, firstOffset }) => ({
    producerId: hex(producerId),
    firstOffset,
  }));
  const records: DecodedRecord[] = [];
  for (const header of decodeRecordBatchHeaders(Buffer.from(chunk))) {
    const producerId = hex(header.producerId);
    const at = aborted.findIndex((each) => each.producerId === producerId && each.firstOffset <= header.baseOffset);
    if (header.isControl) {
      if (at >= 0) aborted.splice(at, 1);
    } else if (!header.isTransactional || at < 0) {
      records.push(...(await decodeRecords(Buffer.from(chunk), header)));
    }
  }
  return records;
}

function hex(producerId: Uint8Array): string {
  return Buffer.from(producerId).toString('hex');
}
