import type { AccumulatorSettings } from '../accumulator/record-accumulator.js';
import type { PartitioningSettings } from '../partitioning/record-partitioner.js';
import type { SenderSettings } from '../sender/sender.js';
import type { SerializationSettings } from '../serialization/record-serializer.js';

/** Everything the stages of a pipeline are told. */
export interface PipelineSettings
  extends AccumulatorSettings, PartitioningSettings, SenderSettings, SerializationSettings {
  /** How long a record may wait for metadata and memory before it is refused. */
  readonly maxBlockMs: number;
}
