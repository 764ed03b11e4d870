import type { ByteReader } from '../primitives/byte-reader.js';

/** Steps over the tagged fields of a header: none is defined yet, newer peers may send some. */
export function skipTaggedFields(reader: ByteReader): void {
  for (let left = reader.unsignedVarint(); left > 0; left--) {
    reader.unsignedVarint();
    reader.skip(reader.unsignedVarint());
  }
}
