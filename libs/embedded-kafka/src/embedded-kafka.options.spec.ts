import { describe, expect, it } from 'vitest';

import { checkOptions, type EmbeddedKafkaOptions, type OptionProblem } from './embedded-kafka.options.js';

describe('checkOptions', () => {
  it('takes what is right, and undefined for what is left out', () => {
    expect(() => checkOptions({ brokers: 9, seed: undefined as never, topics: [{ name: 'a' }] })).not.toThrow();
  });

  it('names every problem at once', () => {
    const options = { brokers: 10, port: -1, broker: 1, topics: [{ name: 'a' }, { name: 'a' }, { name: 'b c' }, {}] };
    const paths = ['brokers', 'port', 'broker', 'topics[1].name', 'topics[2].name', 'topics[3].name'];
    const problems = paths.map((path) => expect.objectContaining({ path }) as OptionProblem);
    expect(() => checkOptions(options as unknown as EmbeddedKafkaOptions)).toThrow(
      expect.objectContaining({ name: 'InvalidEmbeddedKafkaOptionsError', problems }),
    );
  });
});
