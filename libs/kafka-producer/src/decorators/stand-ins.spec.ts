import { Injectable, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { beforeEach, describe, expect, it } from 'vitest';

import { KafkaProducerModule } from '../kafka-producer.module.js';
import { KafkaProducerService } from '../kafka-producer.service.js';
import type { ProducerRecord } from '../record/producer-record.js';
import { Emit } from './emit.decorator.js';
import { client } from './spec-support/fake-parts.js';

let ran: string[];
let handedOver: ProducerRecord[];
beforeEach(() => {
  ran = [];
  handedOver = [];
});

@Injectable()
class Orders {
  @Emit('t')
  async one(): Promise<string> {
    ran.push('one');
    return 'a';
  }

  @Emit('t', { each: true })
  async each(): Promise<string[]> {
    ran.push('each');
    return ['a', 'b'];
  }

  @Emit('t', { waitFor: 'accepted' })
  async accepted(): Promise<string> {
    ran.push('accepted');
    return 'a';
  }

  @Emit('t')
  @Emit('u')
  async both(): Promise<string> {
    ran.push('both');
    return 'a';
  }

  @Emit('t', { each: true, waitFor: 'accepted' })
  async eachAccepted(): Promise<string[]> {
    ran.push('eachAccepted');
    return ['a', 'b'];
  }
}

const METHODS = { one: 1, each: 2, accepted: 1, both: 2, eachAccepted: 2 };
type Method = keyof typeof METHODS;

const remember = (records: unknown): undefined => {
  handedOver.push(...((Array.isArray(records) ? records : [records]) as ProducerRecord[]));
};

/** As jest's and vitest's automocks: the methods of the class, none of which does anything. */
function autoMock(type: Type): object {
  const names = Object.getOwnPropertyNames(type.prototype).filter((name) => name !== 'constructor');
  return Object.fromEntries(names.map((name) => [name, remember]));
}

/** As mocks that make up whatever they are asked for: every property is a function. */
function anything(answer: (records: unknown) => unknown): object {
  return new Proxy({}, { get: (_target, name) => (name === 'then' ? undefined : answer) });
}

const standIns: Record<string, () => unknown> = {
  'an auto-mock': () => autoMock(KafkaProducerService),
  'a stub with send() alone': () => ({ send: remember }),
  'a stub without methods': () => ({}),
  'a stub whose send is no function': () => ({ send: 'sent', sendAll: true, enqueue: 1 }),
  null: () => null,
  'a proxy whose functions return nothing': () => anything(remember),
  'a proxy whose functions return proxies': () =>
    anything((records) => {
      remember(records);
      return anything(() => undefined);
    }),
  'a proxy whose functions return promises of nothing': () =>
    anything(async (records) => {
      remember(records);
    }),
};

const ways: Record<string, (standIn: unknown) => Promise<Orders>> = {
  overrideProvider: async (standIn) => {
    const imports = [KafkaProducerModule.forRoot({ client, connect: 'lazy' })];
    const builder = Test.createTestingModule({ imports, providers: [Orders] });
    const app = await builder.overrideProvider(KafkaProducerService).useValue(standIn).compile();
    return app.get(Orders);
  },
  'useMocker, without the module': async (standIn) => {
    const builder = Test.createTestingModule({ providers: [Orders] }).useMocker(() => standIn);
    return (await builder.compile()).get(Orders);
  },
  'a provider under the token': async (standIn) => {
    const providers = [Orders, { provide: KafkaProducerService, useValue: standIn }];
    return (await Test.createTestingModule({ providers }).compile()).get(Orders);
  },
};

/** A mocker that returns null has no mock to offer: Nest refuses to start. */
const isOffered = ({ way, standIn }: { way: string; standIn: string }): boolean =>
  !(way.startsWith('useMocker') && standIn === 'null');

const cases = Object.keys(ways)
  .flatMap((way) => Object.keys(standIns).map((standIn) => ({ way, standIn })))
  .filter(isOffered)
  .flatMap((row) => Object.keys(METHODS).map((method) => ({ ...row, method: method as Method })));

describe('a stand-in for KafkaProducerService', () => {
  it.each(cases)('by $way, $standIn: $method() runs and hands over, or says that it did not', async (row) => {
    const standIn = standIns[row.standIn]!();
    const orders = await ways[row.way]!(standIn);
    const outcome = await orders[row.method]().then(
      () => 'succeeded',
      (error: unknown) => (error as { code?: string }).code,
    );
    expect([outcome, ran, handedOver.length]).toEqual(
      outcome === 'succeeded'
        ? ['succeeded', [row.method], METHODS[row.method]]
        : ['KAFKA_PRODUCER_UNBOUND_METHOD', [], 0],
    );
  });

  it.each(['an auto-mock', 'a proxy whose functions return nothing'])('is enough: %s', async (name) => {
    const orders = await ways['overrideProvider']!(standIns[name]!());
    for (const method of Object.keys(METHODS) as Method[]) await orders[method]();
    expect(ran).toEqual(Object.keys(METHODS));
  });
});
