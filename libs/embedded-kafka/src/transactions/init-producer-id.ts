import { NO_PRODUCER_ID, type ErrorName, type ProducerId } from 'kafka-wire';
import { isExhausted, NO_EPOCH, type TransactionMetadata } from './transaction-metadata.js';

/** The id and epoch a producer had so far, when it wants to go on with it (KIP-360). */
export interface HeldProducer {
  readonly producerId: ProducerId;
  readonly epoch: number;
}

/** What becomes of a transactional id's producer: an open transaction is aborted first, and the client has to come back. */
export type InitVerdict =
  | { readonly kind: 'abort-first' }
  | { readonly kind: 'rotate'; readonly lastEpoch: number }
  | { readonly kind: 'continue'; readonly epoch: number; readonly lastEpoch: number }
  | { readonly kind: 'refuse'; readonly error: ErrorName };

const refuse = (error: ErrorName): InitVerdict => ({ kind: 'refuse', error });

/** @param held undefined for a new instance, which fences the others (`prepareInitProducerIdTransit`) */
export function judgeInit(metadata: TransactionMetadata, held: HeldProducer | undefined): InitVerdict {
  const { epoch, lastEpoch } = metadata;
  if (metadata.isCompleting) return refuse('CONCURRENT_TRANSACTIONS');
  if (held !== undefined && !isKnown(metadata, held)) return refuse('PRODUCER_FENCED');
  if (metadata.state === 'Ongoing') return { kind: 'abort-first' };
  if (metadata.isExhausted) {
    if (held === undefined) return { kind: 'rotate', lastEpoch: NO_EPOCH };
    // Kafka throws here, also for the retry of a rise that succeeded, and the client is told nothing better.
    return held.epoch === epoch ? { kind: 'rotate', lastEpoch: epoch } : refuse('UNKNOWN_SERVER_ERROR');
  }
  if (held === undefined) return { kind: 'continue', epoch: epoch + 1, lastEpoch: NO_EPOCH };
  if (epoch === NO_EPOCH || held.epoch === epoch) return { kind: 'continue', epoch: epoch + 1, lastEpoch: epoch };
  // A retry of a call that succeeded: nobody else came in between, or the last epoch would be forgotten.
  if (held.epoch === lastEpoch) return { kind: 'continue', epoch, lastEpoch };
  return refuse('PRODUCER_FENCED');
}

function isKnown(metadata: TransactionMetadata, { producerId, epoch }: HeldProducer): boolean {
  if (metadata.epoch === NO_EPOCH || metadata.producerId.equals(producerId)) return true;
  return (
    !metadata.previousProducerId.equals(NO_PRODUCER_ID) &&
    metadata.previousProducerId.equals(producerId) &&
    isExhausted(epoch)
  );
}
