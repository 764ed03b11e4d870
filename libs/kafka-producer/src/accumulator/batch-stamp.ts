/** The identity and place a batch was sent under. Fixed from the first attempt on that may have been appended. */
export interface BatchStamp {
  readonly producerId: Uint8Array;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}
