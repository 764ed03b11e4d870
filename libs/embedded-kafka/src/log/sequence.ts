/** Largest sequence number; the next one is 0 (Kafka's `DefaultRecordBatch.incrementSequence`). */
export const MAX_SEQUENCE = 0x7fff_ffff;

/** `sequence` moved on by `increment` records, modulo 2^31. */
export function advanceSequence(sequence: number, increment: number): number {
  return sequence > MAX_SEQUENCE - increment ? increment - (MAX_SEQUENCE - sequence) - 1 : sequence + increment;
}

export function isNextSequence(lastSequence: number, next: number): boolean {
  return next === lastSequence + 1 || (next === 0 && lastSequence === MAX_SEQUENCE);
}
