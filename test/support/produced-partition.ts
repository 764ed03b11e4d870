import { apis, errorName, type ResponseOf } from 'kafka-wire';

import { rawRequest } from './raw-request.js';

type PartitionResponse = ResponseOf<typeof apis.Produce>['responses'][number]['partitionResponses'][number];

export interface RawProduce {
  readonly topic: string;
  readonly records: Buffer;
  readonly index?: number;
  readonly acks?: number;
  readonly version?: number;
}

/** Sends one batch as it is, and gives what the answer says of its partition. */
export async function produceRaw(
  address: string,
  { topic: name, records, index = 0, acks = -1, version = 9 }: RawProduce,
): Promise<PartitionResponse> {
  const topicData = [{ name, partitionData: [{ index, records }] }];
  const body = await rawRequest(address, apis.Produce, version, { acks, timeoutMs: 5000, topicData });
  const partition = body.responses[0]?.partitionResponses[0];
  if (partition === undefined) throw new Error('the response names no partition');
  return partition;
}

/** The base offset, or the name of the error. */
export function outcomeOf({
  errorCode,
  baseOffset,
}: Pick<PartitionResponse, 'errorCode' | 'baseOffset'>): number | string {
  return errorCode === 0 ? baseOffset : errorName(errorCode);
}

/** An id nobody has used. Right after its start a broker may not have any yet. */
export async function newProducerId(address: string): Promise<Buffer> {
  for (;;) {
    const input = { transactionalId: null, transactionTimeoutMs: 0 };
    const { errorCode, producerId } = await rawRequest(address, apis.InitProducerId, 4, input);
    if (errorCode === 0) return Buffer.from(producerId);
  }
}
