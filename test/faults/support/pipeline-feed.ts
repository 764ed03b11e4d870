import { setTimeout as delay } from 'node:timers/promises';

import type { Random } from 'embedded-kafka';

import { inputOf, inputValue } from '../../history/pipeline-record.js';
import { reached } from '../../support/reached.js';
import { useProducer } from '../../support/use-producer.js';
import type { PipelineScene, PipelineTrouble } from './pipeline-troubles.js';
import type { PipelineWatch } from './pipeline-watch.js';

const KEYS = 60;
const POISONED = 8;
const FED_AT_ONCE = 40;
/** While a trouble is made there is work. */
const FED_WITHIN_MS = 2_500;
const HANDLED_WITHIN_MS = 90_000;

export interface PipelineFeed {
  readonly name: string;
  readonly records: number;
  readonly troubles: readonly PipelineTrouble[];
}

/**
 * A share of the records with each trouble; the next comes when all of them are handled.
 *
 * @param felt given how much was felt of each trouble, by its name; the least when it comes more than once
 */
export async function troubledFeed(
  scene: PipelineScene,
  { name, records, troubles }: PipelineFeed,
  watch: PipelineWatch,
  felt: Map<string, number>,
): Promise<void> {
  const values = inputValues(records, scene.random.fork());
  const share = Math.ceil(records / troubles.length);
  let fed = 0;
  await useProducer(scene.kafka.bootstrap, {}, async (producer) => {
    const feed = async (): Promise<void> => {
      const until = Math.min(records, fed + share);
      while (fed < until) {
        const chunk = values.slice(fed, Math.min(until, fed + FED_AT_ONCE));
        await producer.sendAll(chunk.map((value) => ({ topic: scene.topics.source, key: inputOf(value).key, value })));
        fed += chunk.length;
        await delay((FED_WITHIN_MS * FED_AT_ONCE) / share);
      }
    };
    for (const trouble of troubles) {
      const startedMs = performance.now();
      const [count] = await Promise.all([trouble.make(scene), feed()]);
      felt.set(trouble.name, Math.min(felt.get(trouble.name) ?? Infinity, count));
      await reached(() => watch.handled.size >= fed, HANDLED_WITHIN_MS, `all of ${fed} records are handled`);
      const tookMs = Math.round(performance.now() - startedMs);
      console.log(`${name}: ${trouble.name}, felt ${count} times; ${fed} records handled, ${tookMs} ms`);
    }
  });
}

/** In the order in which they are sent; some poisoned, anywhere. */
function inputValues(records: number, random: Random): string[] {
  const sequences = new Map<string, number>();
  const poisoned = new Set(Array.from({ length: POISONED }, () => random.integer(0, records - 1)));
  return Array.from({ length: records }, (_, index) => {
    const key = `k${random.integer(1, KEYS)}`;
    const sequence = (sequences.get(key) ?? 0) + 1;
    sequences.set(key, sequence);
    return inputValue({ key, sequence, isPoisoned: poisoned.has(index) });
  });
}
