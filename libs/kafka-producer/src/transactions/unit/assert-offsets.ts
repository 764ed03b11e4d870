import { InvalidRecordError } from '../../errors/record.errors.js';
import type { ConsumedOffsets } from './consumed-offsets.js';

const DECIMAL = /^\d+$/;

/** @throws InvalidRecordError for offsets no broker would understand, or that would fence nobody by accident */
export function assertOffsets(given: unknown): asserts given is ConsumedOffsets {
  const refuse = (reason: string, remedy?: string): never => {
    throw new InvalidRecordError({ reason: `sendOffsets() ${reason}`, ...(remedy !== undefined && { remedy }) });
  };
  if (typeof given !== 'object' || given === null) return refuse('was not given an object');
  const { groupId, offsets, member } = given as Partial<ConsumedOffsets>;
  if (typeof groupId !== 'string' || groupId === '') refuse('needs the groupId of the consumer');
  if (member === undefined || (member !== 'unfenced' && !isMember(member))) {
    refuse(
      'needs the member that consumed: { memberId, generationId }',
      "A kafkajs consumer with consumerIdentityTap() tells it: identityOf(message), both of nestjs-kafka-producer/microservices; 'unfenced' lets a consumer that lost its partitions commit too.",
    );
  }
  if (!Array.isArray(offsets)) return refuse('needs an array of offsets');
  for (const each of offsets as unknown[]) {
    const { topic, partition, offset } = (each ?? {}) as Partial<ConsumedOffsets['offsets'][number]>;
    if (
      typeof topic !== 'string' ||
      !Number.isInteger(partition) ||
      typeof offset !== 'string' ||
      !DECIMAL.test(offset)
    ) {
      refuse(
        'needs { topic, partition, offset } for each, the offset as a decimal string',
        'It is the offset of the next message: the last one plus 1.',
      );
    }
  }
}

function isMember({ memberId, generationId }: { memberId?: unknown; generationId?: unknown }): boolean {
  return typeof memberId === 'string' && memberId !== '' && Number.isInteger(generationId);
}
