import { apis, decodeRecordBatchHeaders, errorName, type RequestInput, type ResponseOf } from 'kafka-wire';

type FetchInput = RequestInput<typeof apis.Fetch>;
type FetchAnswer = ResponseOf<typeof apis.Fetch>;
export type PartitionToFetch = Partial<NonNullable<NonNullable<FetchInput['topics']>[number]['partitions']>[number]>;

/** A request for partitions of one topic, by its name or by its id, that does not wait. */
export function fetchOf(
  topic: { readonly topic: string } | { readonly topicId: string },
  partitions: readonly PartitionToFetch[] = [{}],
  rest: Partial<FetchInput> = {},
): FetchInput {
  const wanted = partitions.map((one) => ({ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000, ...one }));
  return { maxWaitMs: 0, minBytes: 0, topics: [{ ...topic, partitions: wanted }], ...rest };
}

/** Every partition of an answer: `[partition, error or the base offsets of its batches]`. */
export function contentOf({ responses }: FetchAnswer): [partition: number, string | number[]][] {
  return responses.flatMap(({ partitions }) =>
    partitions.map(({ partitionIndex, errorCode, records }): [number, string | number[]] => [
      partitionIndex,
      errorCode === 0
        ? decodeRecordBatchHeaders(records ?? Buffer.alloc(0)).map(({ baseOffset }) => baseOffset)
        : errorName(errorCode),
    ]),
  );
}
