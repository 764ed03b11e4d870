import type { EmbeddedKafka } from 'embedded-kafka';

import { TOPICS } from './simulated-unit.js';

/** What consumers with `read_committed` see of the units. */
export class UnitLog {
  /** By unit: `topic[partition]` of its records. */
  readonly #places = new Map<string, string[]>();
  /** By `topic[partition]`: the units, in the order of their records. */
  readonly partitions = new Map<string, string[]>();

  static async read(kafka: EmbeddedKafka): Promise<UnitLog> {
    const log = new UnitLog();
    for (const topic of TOPICS) {
      for (const { partition, value } of await kafka.recordsIn(topic, { isolation: 'read_committed' })) {
        log.#add(String(value).split(' ')[0] ?? '', `${topic}[${partition}]`);
      }
    }
    return log;
  }

  placesOf(unit: string): readonly string[] {
    return this.#places.get(unit) ?? [];
  }

  #add(unit: string, place: string): void {
    push(this.#places, unit, place);
    push(this.partitions, place, unit);
  }
}

function push(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
