/** 1,024 buckets per power of two: 0.1 % of the value, 1 µs below 2 ms. */
const SUB_BUCKET_BITS = 10;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;

/**
 * A histogram of latencies with logarithmic buckets, after HdrHistogram: recording costs a few nanoseconds and no allocation, so taking the
 * time does not disturb what is timed.
 */
export class Latencies {
  #counts = new Uint32Array(SUB_BUCKETS * 24);
  #total = 0;

  /** @param {number} milliseconds */
  record(milliseconds) {
    this.#counts[bucketOf(Math.max(0, Math.round(milliseconds * 1000)))]++;
    this.#total++;
  }

  get count() {
    return this.#total;
  }

  /**
   * @param {number} fraction 0..1
   * @returns {number} milliseconds; NaN when nothing was recorded
   */
  quantile(fraction) {
    const rank = Math.max(1, Math.ceil(this.#total * fraction));
    let seen = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      seen += this.#counts[bucket];
      if (seen >= rank) return lowerBoundOf(bucket) / 1000;
    }
    return Number.NaN;
  }
}

/** @param {number} microseconds */
function bucketOf(microseconds) {
  if (microseconds < 2 * SUB_BUCKETS) return microseconds;
  const shift = 31 - Math.clz32(microseconds) - SUB_BUCKET_BITS;
  return shift * SUB_BUCKETS + (microseconds >>> shift);
}

/** @param {number} bucket */
function lowerBoundOf(bucket) {
  if (bucket < 2 * SUB_BUCKETS) return bucket;
  const shift = Math.floor(bucket / SUB_BUCKETS) - 1;
  return (bucket - shift * SUB_BUCKETS) * 2 ** shift;
}
