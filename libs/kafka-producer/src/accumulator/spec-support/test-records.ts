import { SizedRecord } from 'kafka-wire';

import type { Rejecter, Settler } from '../record-settler.js';

/** A record that takes so many bytes of the buffer memory. */
export function recordOf(maxSizeBytes: number): SizedRecord {
  const { maxSizeBytes: overheadBytes } = new SizedRecord(null, '', 0);
  return new SizedRecord(null, 'v'.repeat(maxSizeBytes - overheadBytes), 0);
}

/** Nobody is told. A new one each time, because the pair is also how a record is found again. */
export function unheard(): [Settler, Rejecter] {
  return [() => {}, () => {}];
}
