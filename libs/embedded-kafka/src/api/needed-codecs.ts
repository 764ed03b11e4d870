import type { apis, CompressionType, RequestOf } from 'kafka-wire';
import type { ClusterState } from '../cluster/cluster-state.js';
import { outside } from '../time/clock.js';

const ATTRIBUTES_LOW_BYTE_AT = 22;
const COMPRESSION_BITS = 0x07;
const BY_ID: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Loads what the batches of a request are compressed with, or will be. Undefined when all of it is there: then nothing has to be waited for. */
export function loadNeededCodecs(
  { topicData }: RequestOf<typeof apis.Produce>,
  cluster: ClusterState,
): Promise<void> | undefined {
  const { codecs } = cluster.settings;
  const missing = new Set<CompressionType>();
  const need = (type: CompressionType | undefined) => {
    if (type !== undefined && !codecs.isLoaded(type)) missing.add(type);
  };
  for (const { name, partitionData } of topicData) {
    need(cluster.topic(name)?.batchLimits.compressionType);
    for (const { records } of partitionData) {
      if (records !== null) need(BY_ID[(records[ATTRIBUTES_LOW_BYTE_AT] ?? 0) & COMPRESSION_BITS]);
    }
  }
  return missing.size === 0 ? undefined : outside(cluster.clock, () => codecs.load(missing));
}
