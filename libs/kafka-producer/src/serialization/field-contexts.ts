import type { SerializationContext } from './serializer.js';

/** Header names are few; whoever puts data into them must not fill our memory. */
const MAX_HEADER_NAMES = 64;

/** What serializers are told about the fields of a topic's records: the same objects for many records in a row. */
export class FieldContexts {
  readonly key: SerializationContext;
  readonly value: SerializationContext;
  readonly #headers = new Map<string, SerializationContext>();

  constructor(readonly topic: string) {
    this.key = Object.freeze({ topic, field: 'key' });
    this.value = Object.freeze({ topic, field: 'value' });
  }

  header(name: string): SerializationContext {
    let context = this.#headers.get(name);
    if (context === undefined) {
      if (this.#headers.size === MAX_HEADER_NAMES) this.#headers.clear();
      context = Object.freeze({ topic: this.topic, field: 'header', header: name });
      this.#headers.set(name, context);
    }
    return context;
  }
}
