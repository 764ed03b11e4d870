import type { EmbeddedKafka } from 'embedded-kafka';

import { unitViolations, type SeenPart } from '../../history/check-units.js';
import { TOPICS, type SimulatedUnit } from './simulated-unit.js';

/** Torn, doubled, told wrong, or seen by one caller in another order than it worked. */
export async function violations(kafka: EmbeddedKafka, units: readonly SimulatedUnit[]): Promise<string[]> {
  const problems: string[] = [];
  const seen: SeenPart[] = [];
  const lastOf = new Map<string, number>();
  const byName = new Map(units.map((unit) => [unit.name, unit]));
  for (const topic of TOPICS) {
    for (const { partition, value } of await kafka.recordsIn(topic, { isolation: 'read_committed' })) {
      const name = String(value).split(' ')[0] ?? '';
      const place = `${topic}[${partition}]`;
      seen.push({ name, part: place });
      const unit = byName.get(name);
      if (unit === undefined) continue;
      const key = `${unit.caller} ${place}`;
      if ((lastOf.get(key) ?? -1) > unit.index)
        problems.push(`${name} comes after a later unit of its caller in ${place}`);
      lastOf.set(key, unit.index);
    }
  }
  const checked = units.map(({ name, told, records }) => ({ name, told, parts: records }));
  return [...problems, ...unitViolations(checked, seen)];
}
