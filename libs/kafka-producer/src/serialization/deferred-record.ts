import { AsyncResource } from 'node:async_hooks';

import type { ProducerRecord } from '../record/producer-record.js';
import type { SerializedRecord } from '../record/serialized-record.js';
import type { RecordHeaders } from './header-list.js';
import type { LateRecord } from './late-record.js';
import type { OwnPayload } from './own-payload.js';
import type { OwnSerializer } from './own-serializer.js';

/** Makes the bytes of a record that was deferred. */
export type SerializeDeferred = (deferred: DeferredRecord) => SerializedRecord | LateRecord;

/**
 * A record whose key, value and headers become bytes later, and whose other fields were read when it was made.
 *
 * Its serializers run in the async context of the call all the same: whoever happens to make room for it is another request, perhaps another tenant. An
 * `AsyncResource`, because `AsyncLocalStorage.snapshot()` weighs 3 KB on Node 20, and there may be a great many of these.
 */
export class DeferredRecord extends AsyncResource {
  readonly #serialize: SerializeDeferred;

  constructor(
    /** As the caller gave it: no payload is kept twice. */
    readonly record: ProducerRecord & OwnSerializer & OwnPayload,
    /** As it is in Kafka. */
    readonly topic: string,
    readonly partition: number | undefined,
    readonly timestampMs: number,
    readonly defaultHeaders: RecordHeaders | undefined,
    serialize: SerializeDeferred,
  ) {
    super('KafkaProducerRecord', { requireManualDestroy: true }); // nobody waits for its end
    this.#serialize = serialize;
  }

  /** @throws what `RecordSerializer.serialize()` throws */
  serialize(): SerializedRecord | LateRecord {
    return this.runInAsyncScope(this.#serialize, undefined, this);
  }
}
