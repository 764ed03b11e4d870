/** Short, so that a window ends soon after trouble. */
const DELIVERY_TIMEOUT_MS = 8000;
const MAX_BLOCK_MS = 4000;
const SLACK_MS = 4000;

/** Within which every promise must be settled: the buffer, then the delivery. */
export const SETTLE_WITHIN_MS = MAX_BLOCK_MS + DELIVERY_TIMEOUT_MS + SLACK_MS;

export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** @param {string} codec */
export function producerOptions(codec) {
  return {
    compressionType: codec,
    lingerMs: codec === 'none' || codec === 'zstd' ? 0 : 5,
    requestTimeoutMs: 1000,
    deliveryTimeoutMs: DELIVERY_TIMEOUT_MS,
    maxBlockMs: MAX_BLOCK_MS,
    bufferMemoryBytes: 4 * 2 ** 20,
  };
}

/**
 * Nobody else writes to a producer's topics, because only of one producer is there an order. The second of each takes smaller batches than the producer makes.
 *
 * @param {string} run tells its topics from those of other runs
 */
export function producersOf(run) {
  return CODECS.map((codec) => ({
    codec,
    topics: [
      { name: `soak-${run}-${codec}-a`, partitions: 3, configs: {} },
      { name: `soak-${run}-${codec}-b`, partitions: 1, configs: { 'max.message.bytes': '50000' } },
    ],
  }));
}
