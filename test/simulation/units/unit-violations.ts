import type { EmbeddedKafka } from 'embedded-kafka';

import { TOPICS, type SimulatedUnit } from './simulated-unit.js';

/** Torn, doubled, told wrong, or seen by one caller in another order than it worked. */
export async function violations(kafka: EmbeddedKafka, units: readonly SimulatedUnit[]): Promise<string[]> {
  const problems: string[] = [];
  const seen = new Map<string, string[]>();
  const lastOf = new Map<string, number>();
  const byName = new Map(units.map((unit) => [unit.name, unit]));
  for (const topic of TOPICS) {
    for (const { partition, value } of await kafka.recordsIn(topic, { isolation: 'read_committed' })) {
      const name = String(value).split(' ')[0] ?? '';
      const place = `${topic}[${partition}]`;
      seen.set(name, [...(seen.get(name) ?? []), place]);
      const unit = byName.get(name);
      if (unit === undefined) continue;
      const key = `${unit.caller} ${place}`;
      if ((lastOf.get(key) ?? -1) > unit.index)
        problems.push(`${name} comes after a later unit of its caller in ${place}`);
      lastOf.set(key, unit.index);
    }
  }
  for (const { name, told, records } of units) {
    const places = (seen.get(name) ?? []).toSorted().join();
    const whole = records.toSorted().join();
    const isWhole = places === whole;
    const isNowhere = places === '';
    const isRight = told === 'committed' ? isWhole : told === 'unknown' ? isWhole || isNowhere : isNowhere;
    if (!isRight) problems.push(`${name} is ${told}, sent ${whole} and is seen in ${places || 'nothing'}`);
  }
  return problems;
}
