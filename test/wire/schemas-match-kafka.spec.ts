import { apiByKey, apis, errorCodes, type ApiDefinition } from 'kafka-wire';
import { beforeAll, expect, it } from 'vitest';
import { java } from '../support/apache-kafka.js';
import { describeNeeding } from '../support/describe-needing.js';
import { kafkaFacts, type KafkaFacts, type KafkaField, type KafkaMessage } from './kafka-facts.js';
import { kafkaRows, ourRows, rangeOf } from './schema-rows.js';

const definitions: readonly ApiDefinition[] = Object.values(apis);
const messages = definitions.flatMap((api) =>
  (['request', 'response'] as const).map((kind) => ({
    title: `${api.name}${kind === 'request' ? 'Request' : 'Response'}`,
    api,
    schema: api[kind],
  })),
);

describeNeeding([java], "the tables and Kafka's own definitions", () => {
  let facts: KafkaFacts;

  beforeAll(async () => {
    facts = await kafkaFacts(messages.map(({ title }) => title));
  });

  function definitionOf(title: string): KafkaMessage {
    const definition = facts.definitions[title];
    if (definition === undefined) throw new Error(`Kafka has no message named ${title}`);
    return definition;
  }

  it.each(messages)('have the same fields in every version claimed of $title', ({ title, api, schema }) => {
    expect(ourRows(schema.fields, api.versions)).toEqual(kafkaRows(definitionOf(title), api.versions));
  });

  it.each(messages)('agree on the key and the versions of $title', ({ title, api }) => {
    const definition = definitionOf(title);
    const valid = rangeOf(definition.validVersions);

    expect(definition.apiKey).toBe(api.key);
    expect(api.versions.min).toBeGreaterThanOrEqual(valid.min);
    expect(api.versions.max).toBeLessThanOrEqual(valid.max);
    expect(rangeOf(definition.flexibleVersions)).toEqual({
      min: api.flexibleFrom,
      max: api.flexibleFrom === Infinity ? -Infinity : Infinity,
    });
  });

  it('need no field that goes its own way in flexible versions', () => {
    const exceptions = messages.flatMap(({ title }) =>
      allFields(definitionOf(title).fields).filter((field) => field.flexibleVersions !== undefined),
    );

    expect(exceptions).toEqual([]);
  });

  it('agree on every error code, its name and whether it is retriable', () => {
    const ours = Object.entries(errorCodes).map(([code, entry]) => ({ code: Number(code), ...entry }));

    expect(ours.sort((a, b) => a.code - b.code)).toEqual(facts.errors.toSorted((a, b) => a.code - b.code));
  });
});

it.each([
  ['ApiVersions', 0, 4],
  ['Metadata', 4, 13],
  ['Produce', 3, 13],
  ['InitProducerId', 0, 5],
  ['FindCoordinator', 0, 6],
] as const)(
  'speaks %s in the versions %d to %d, no fewer: the comparison sees those that are claimed',
  (name, min, max) => {
    expect(apis[name].versions).toEqual({ min, max });
  },
);

it('finds every API by its key and lists it under its name', () => {
  for (const [name, api] of Object.entries(apis)) {
    expect(api.name).toBe(name);
    expect(apiByKey(api.key)).toBe(api);
  }
});

function allFields(fields: readonly KafkaField[]): KafkaField[] {
  return fields.flatMap((field) => [field, ...allFields(field.fields ?? [])]);
}
