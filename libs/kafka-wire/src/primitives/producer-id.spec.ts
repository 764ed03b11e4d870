import { expect, it } from 'vitest';
import { NO_PRODUCER_ID, producerIdKey } from './producer-id.js';

it('keys a producer id by its bytes, also when it is a view into a frame', () => {
  const frame = Buffer.from('ffff0000000000001388ff', 'hex');

  expect(producerIdKey(frame.subarray(2, 10))).toBe('0000000000001388');
  expect(producerIdKey(new Uint8Array(frame.subarray(2, 10)))).toBe('0000000000001388');
});

it('writes no producer id as -1', () => {
  expect(NO_PRODUCER_ID.readInt32BE(0)).toBe(-1);
  expect(producerIdKey(NO_PRODUCER_ID)).toBe('f'.repeat(16));
});
