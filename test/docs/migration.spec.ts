import { Test } from '@nestjs/testing';
import {
  isKafkaProducerError,
  KafkaProducerModule,
  KafkaProducerService,
  type KafkaProducerOptions,
} from 'nestjs-kafka-producer';
import { provideClientKafka } from 'nestjs-kafka-producer/microservices';
import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { readOptions } from '../../docs/generate-reference.mjs';
import { codeIn, membersOf, rowsOf, type GuideRow } from './guide-tables.js';

const KAFKAJS = 'kafkajs/types/index.d.ts';
const NEST = '@nestjs/microservices';

const rows = {
  kafkajsOptions: await rowsOf('from-kafkajs.md', 'Options'),
  kafkajsMethods: await rowsOf('from-kafkajs.md', 'Methods'),
  clientKafkaOptions: await rowsOf('from-client-kafka.md', 'Its options'),
  clientKafkaMethods: await rowsOf('from-client-kafka.md', 'Its methods'),
};

const of = (prefix: string, names: readonly string[]) => names.map((name) => `${prefix}.${name}`);
const groupOptions = [
  ...of('client', membersOf(KAFKAJS, 'KafkaConfig')),
  ...of('producer', membersOf(KAFKAJS, 'ProducerConfig')),
];
const kafkajsOptions = [
  ...groupOptions,
  ...of('retry', membersOf(KAFKAJS, 'RetryOptions')),
  ...of('send', membersOf(KAFKAJS, 'ProducerRecord')),
  ...of('sendBatch', membersOf(KAFKAJS, 'ProducerBatch')),
  ...of('message', membersOf(KAFKAJS, 'Message')),
];
const clientKafkaOptions = membersOf(
  `${NEST}/interfaces/microservice-configuration.interface.d.ts`,
  'KafkaOptions.options',
);
const clientKafkaMethods = membersOf(`${NEST}/client/client-kafka.d.ts`, 'ClientKafka').concat(
  membersOf(`${NEST}/client/client-proxy.d.ts`, 'ClientProxy'),
);

const bare = (names: Iterable<string>) => [...new Set(Array.from(names, (name) => name.replace('()', '')))].toSorted();

/** So begins what the module says about an option it has: `null` is no value of any of them. */
const ABOUT_THE_VALUE = 'must be ';

/** What the module says about the names it does not know or refuses, by their paths. */
async function refusals(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const groups: Record<string, Record<string, unknown>> = { client: { brokers: ['localhost:9092'] }, producer: {} };
  const others: Record<string, unknown> = {};
  for (const path of paths) {
    const [group = '', name] = path.split('.');
    if (name === undefined) others[group] = null;
    else if (name !== 'brokers') groups[group]![name] = null;
  }
  const imports = [KafkaProducerModule.forRoot({ ...others, ...groups } as unknown as KafkaProducerOptions)];
  const compiling = Test.createTestingModule({ imports }).compile();
  const error: unknown = await compiling.catch((reason: unknown) => reason);
  if (!isKafkaProducerError(error, 'KAFKA_PRODUCER_INVALID_OPTIONS')) throw new Error('nothing was refused');
  const refused = error.problems.filter(({ message }) => !message.startsWith(ABOUT_THE_VALUE));
  return new Map(refused.map(({ path, message }) => [path, message]));
}

/** A row of an option that is kept names it; one of an option that is refused does not, and gives the reason in the module's own words. */
function agrees(path: string, row: GuideRow, refusal: string | undefined): boolean {
  if (refusal === undefined) return row.here === `\`${path}\``;
  const isByItsName = !refusal.startsWith('is not an option');
  return row.here !== `\`${path}\`` && (!isByItsName || row.toKnow.startsWith(refusal));
}

describe('the guide from kafkajs', () => {
  it('has a row for every option of kafkajs, and for nothing else', () => {
    expect([...rows.kafkajsOptions.keys()].toSorted()).toEqual(kafkajsOptions.toSorted());
  });

  it('has a row for every method of its producer, and for nothing else', () => {
    expect(bare(rows.kafkajsMethods.keys())).toEqual(bare(membersOf(KAFKAJS, 'Sender', 'Producer')));
  });

  it.each(groupOptions)('says of %s what the module says', async (path) => {
    const refusal = (await refusals(groupOptions)).get(path);
    expect(rows.kafkajsOptions.get(path)).toSatisfy((row: GuideRow) => agrees(path, row, refusal));
  });
});

describe('the guide from ClientKafka', () => {
  it('has a row for every option of ClientKafka, and for nothing else', () => {
    expect([...rows.clientKafkaOptions.keys()].toSorted()).toEqual(clientKafkaOptions.toSorted());
  });

  it('has a row for every method of ClientKafka, and for nothing else', () => {
    expect(bare(rows.clientKafkaMethods.keys())).toEqual(bare(clientKafkaMethods));
  });

  it.each(clientKafkaOptions)('says of the option %s what the module says', async (name) => {
    const refusal = (await refusals(clientKafkaOptions)).get(name);
    expect(rows.clientKafkaOptions.get(name)).toSatisfy((row: GuideRow) => agrees(name, row, refusal));
  });

  it.each(bare(clientKafkaMethods))('says of %s what the client does', async (name) => {
    const module = await Test.createTestingModule({
      providers: [{ provide: KafkaProducerService, useValue: {} }, provideClientKafka('KAFKA_SERVICE')],
    }).compile();
    const { here } = rows.clientKafkaMethods.get(name) ?? rows.clientKafkaMethods.get(`${name}()`)!;
    const stated = here === 'refused' || here === 'do not exist' ? here : 'works';
    expect(whatDoes(module.get('KAFKA_SERVICE'), name)).toBe(stated);
  });
});

describe('the guides', () => {
  it('send nobody to an option that does not exist', () => {
    const known = new Set(readOptions().map(({ path }) => path));
    const cells = [...rows.kafkajsOptions.values(), ...rows.clientKafkaOptions.values()];
    const named = cells.flatMap(({ here, toKnow }) => codeIn(`${here} ${toKnow}`));
    const paths = named.filter((code) => /^(client|producer|serializers)\.\w+$/.test(code));
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !known.has(path))).toEqual([]);
  });
});

function whatDoes(client: Record<string, unknown>, name: string): 'works' | 'refused' | 'do not exist' {
  try {
    const member = client[name];
    if (member === undefined) return 'do not exist';
    if (typeof member !== 'function') return 'works';
    const result: unknown = Reflect.apply(member, client, []);
    (result as Observable<unknown> | undefined)?.subscribe?.({ error: () => {} });
    return 'works';
  } catch (error) {
    if (String(error).includes('is refused')) return 'refused';
    throw error;
  }
}
