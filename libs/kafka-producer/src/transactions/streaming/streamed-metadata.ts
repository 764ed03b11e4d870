import type { RecordMetadata } from '../../record/record-metadata.js';

/** What became of the records of a streaming unit, in columns: a unit that does not fit into memory may have millions. */
export class StreamedMetadata {
  readonly #places: { readonly topic: string; readonly partition: number }[] = [];
  readonly #placeOf = new Map<string, number>();
  readonly #place: number[] = [];
  /** Exact up to 2^53. */
  readonly #offset: number[] = [];
  readonly #timestamp: number[] = [];

  get length(): number {
    return this.#place.length;
  }

  push({ topic, partition, offset, timestamp }: RecordMetadata): void {
    const key = `${topic}:${partition}`;
    let place = this.#placeOf.get(key);
    if (place === undefined) {
      this.#placeOf.set(key, (place = this.#places.length));
      this.#places.push({ topic, partition });
    }
    this.#place.push(place);
    this.#offset.push(Number(offset));
    this.#timestamp.push(timestamp ?? -1);
  }

  /** One object per record: made when somebody wants to see them. */
  toArray(): RecordMetadata[] {
    return this.#place.map((place, index) => {
      const timestamp = this.#timestamp[index]!;
      const metadata = { ...this.#places[place]!, offset: String(this.#offset[index]) };
      return timestamp < 0 ? metadata : { ...metadata, timestamp };
    });
  }
}
