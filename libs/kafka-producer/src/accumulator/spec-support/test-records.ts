import { SizedRecord } from 'kafka-wire';

import type { Settlement } from '../producer-batch.js';

/** A record that takes so many bytes of the buffer memory. */
export function recordOf(maxSizeBytes: number): SizedRecord {
  const { maxSizeBytes: overheadBytes } = new SizedRecord(null, '', 0);
  return new SizedRecord(null, 'v'.repeat(maxSizeBytes - overheadBytes), 0);
}

/** Nobody is told. A new one each time, because a settlement is also how a record is found again. */
export function unheard(): Settlement {
  return [() => {}, () => {}];
}
