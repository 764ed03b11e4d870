import type { Serializer } from './serializer.js';

/**
 * Where a record carries the value serializer of the contract it was made by.
 *
 * A symbol, so that it is no field of the record, and enumerable, so that `{ ...orderPlaced(event), partition: 1 }` keeps it.
 */
export const OWN_SERIALIZER: unique symbol = Symbol.for('nestjs-kafka-producer/serializer');

export interface OwnSerializer {
  readonly [OWN_SERIALIZER]?: Serializer;
}
