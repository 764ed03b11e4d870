/** How far the estimate moves towards a batch that compressed better than expected. */
const IMPROVEMENT_WEIGHT = 0.5;
/** Room for a batch that compresses worse than the last ones. */
const SAFETY_FACTOR = 1.05;

/**
 * What a topic's records are expected to shrink to, so that a batch is full by the bytes that will be sent.
 *
 * Worse than expected counts at once, better only by half: a batch that becomes too large has to be split, one that stays small is only a chance
 * missed. Kafka's `CompressionRatioEstimator` improves by 0.005 a batch; a topic that shrinks to a half would then need a hundred batches before the
 * first one is full.
 */
export class CompressionRatio {
  #ratio = 1;

  /** Bytes that so many uncompressed bytes will probably take. */
  estimate(uncompressedBytes: number): number {
    return uncompressedBytes * this.#ratio * SAFETY_FACTOR;
  }

  observe(uncompressedBytes: number, compressedBytes: number): void {
    const observed = compressedBytes / uncompressedBytes;
    if (observed > this.#ratio) this.#ratio = observed;
    else this.#ratio += IMPROVEMENT_WEIGHT * (observed - this.#ratio);
  }
}
