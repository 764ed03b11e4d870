import fc from 'fast-check';
import { crc32c, encodeRecordBatch, RECORD_BATCH_HEADER_BYTES } from 'kafka-wire';

import { mutated, mutations, type Mutation } from './mutations.js';

const CRC_AT = 17;
const ATTRIBUTES_AT = 21;

const SOUND = await Promise.all(
  [
    [{ value: 'placed', timestamp: 1_700_000_000_000 }],
    [
      { key: 'k', value: null, timestamp: 1_700_000_000_000, headers: [{ key: 'h', value: 'v' }] },
      { key: null, value: 'x'.repeat(50), timestamp: 1_700_000_000_001 },
    ],
  ].map((records) => encodeRecordBatch({ records })),
);

/** Record batches: sound ones, damaged ones, and damaged ones whose checksum says they are not. */
export const batches: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.constantFrom(...SOUND),
    fc.oneof({ weight: 2, arbitrary: fc.constant<Mutation[]>([]) }, { weight: 3, arbitrary: mutations }),
    fc.option(fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 0x10, 0x20, 0x30), { freq: 2 }),
    fc.boolean(),
  )
  .map(([sound, changes, attributes, isSealed]) => {
    const batch = mutated(sound, changes);
    if (attributes !== null && batch.length > ATTRIBUTES_AT + 2) batch.writeInt16BE(attributes, ATTRIBUTES_AT);
    return isSealed ? sealed(batch) : batch;
  });

/** With the checksum its bytes have, so that it is believed. In place. */
export function sealed(batch: Buffer): Buffer {
  if (batch.length >= RECORD_BATCH_HEADER_BYTES)
    batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT, batch.length), CRC_AT);
  return batch;
}
