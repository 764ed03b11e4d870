/** How fast the estimate follows: batches that compress worse than expected are dangerous, better ones are only a chance missed. */
const IMPROVEMENT_STEP = 0.005;
const DETERIORATION_STEP = 0.05;
/** Room for a batch that compresses worse than the last ones. */
const SAFETY_FACTOR = 1.05;

/**
 * What a topic's records are expected to shrink to, so that a batch is full by the bytes that will be sent.
 *
 * Source: Kafka's `CompressionRatioEstimator`.
 */
export class CompressionRatio {
  #ratio = 1;

  /** Bytes that so many uncompressed bytes will probably take. */
  estimate(uncompressedBytes: number): number {
    return uncompressedBytes * this.#ratio * SAFETY_FACTOR;
  }

  observe(uncompressedBytes: number, compressedBytes: number): void {
    const observed = compressedBytes / uncompressedBytes;
    if (observed > this.#ratio) this.#ratio = Math.max(this.#ratio + DETERIORATION_STEP, observed);
    else this.#ratio = Math.max(this.#ratio - IMPROVEMENT_STEP, observed);
  }
}
