import type { ProducerRecord } from '../../record/producer-record.js';
import type { SerializedRecord } from '../../record/serialized-record.js';
import { ManualClock } from '../../support/spec-support/manual-clock.js';
import { LateRecord } from '../late-record.js';
import { RecordSerializer, type SerializationSettings } from '../record-serializer.js';

/** The moment of every call. */
export const NOW = 1_700_000_000_000;

export function serializer(settings: SerializationSettings = {}): RecordSerializer {
  return new RecordSerializer(settings, new ManualClock({ epochMs: NOW }));
}

/** For serializers that do not make it wait. */
export function serialize(record: unknown, settings?: SerializationSettings): SerializedRecord {
  const made = serializer(settings).serialize(record as ProducerRecord);
  if (made instanceof LateRecord) throw new Error('became async without need');
  return made;
}

/** For serializers that do. */
export function lateRecord(serializers: SerializationSettings['serializers'], record: ProducerRecord): LateRecord {
  const made = serializer({ serializers }).serialize(record);
  if (!(made instanceof LateRecord)) throw new Error('did not become async');
  return made;
}
