// Every place where the producer runs code of its user, times every way in which that can go wrong. Prints one line of JSON per place; must then end by itself.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { bindKafkaProducer, defineTopic, Emit, KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';

import { handlesLeft } from './application.mjs';

const [, , ...brokers] = process.argv;
const MAX_BLOCK_MS = 300;

/* oxlint-disable typescript/only-throw-error, unicorn/no-thenable -- users do that */
/** What user code does instead of its work. */
const FAILURES = {
  'throws an error': () => {
    throw new Error('of the user');
  },
  'throws undefined': () => {
    throw undefined;
  },
  'throws a frozen object': () => {
    throw Object.freeze({ reason: 'of the user' });
  },
  rejects: () => Promise.reject(new Error('of the user')),
  'rejects later': () => new Promise((_, reject) => setTimeout(() => reject(new Error('of the user')), 5)),
  'rejects with undefined': () => Promise.reject(undefined),
  'returns a thenable that throws': () => ({
    then() {
      throw new Error('of the user');
    },
  }),
  'never settles': () => new Promise(() => {}),
  'sends, flushes, and throws': () => {
    place = '';
    void producer.send({ topic: 'aside', value: 'from user code' });
    void producer.flush();
    throw new Error('of the user');
  },
};

/** The place that fails now, with its failure, for records that are marked. */
let place = '';
let fail = () => {};
const isBad = (what) => String(what).includes('bad');
const orElse = (at, what, good) => (place === at && isBad(what) ? fail() : good());

class Watching {
  onSend(record) {
    return orElse('interceptor, onSend', record.key, () => record);
  }
  onAcknowledgement() {
    if (place === 'interceptor, onAcknowledgement') return fail();
  }
}

const serializer = (field) => ({
  serialize: (data) => orElse(`${field} serializer`, data, () => Buffer.from(data.name ?? String(data))),
});
const options = {
  client: { brokers: () => brokers },
  producer: {
    maxBlockMs: MAX_BLOCK_MS,
    partitioner: { partition: ({ key }) => orElse('partitioner', key, () => 0) },
  },
  serializers: { key: serializer('key'), value: serializer('value'), header: serializer('header') },
  defaultHeaders: () => ({ call: 'any' }),
  resolveTopic: (topic) => (topic === 'orders-bad' ? orElse('resolveTopic', topic, () => 'orders') : topic),
  interceptors: [Watching],
  connect: 'lazy',
};
let isMakingHeaders = false;
options.defaultHeaders = () => (isMakingHeaders ? orElse('defaultHeaders', 'bad', () => ({})) : {});

class Root {}
Module({ imports: [KafkaProducerModule.forRoot(options)] })(Root);
const app = await NestFactory.createApplicationContext(Root, { logger: false });
const producer = app.get(KafkaProducerService);

const contract = (definition) => defineTopic('orders', { key: (order) => order.name, ...definition });
const contracts = {
  'key of a contract': contract({ key: ({ name }) => orElse('key of a contract', name, () => name) }),
  'headers of a contract': contract({ headers: ({ name }) => orElse('headers of a contract', name, () => ({})) }),
  'schema of a contract': contract({
    payload: {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => orElse('schema of a contract', value.name, () => ({ value })),
      },
    },
  }),
  'serializer of a contract': contract({
    serializer: { serialize: ({ name }) => orElse('serializer of a contract', name, () => Buffer.from(name)) },
  }),
};

/** The methods of a host, decorated by hand. */
function host(emitOptions) {
  class Host {
    async place(name) {
      return name;
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Host.prototype, 'place');
  Emit('orders', emitOptions)(Host.prototype, 'place', descriptor);
  Object.defineProperty(Host.prototype, 'place', descriptor);
  return bindKafkaProducer(new Host(), producer);
}
const emitting = {
  '@Emit value': host({ value: (name) => orElse('@Emit value', name, () => name) }),
  '@Emit key': host({ key: (name) => orElse('@Emit key', name, () => name) }),
  '@Emit headers': host({ headers: (name) => orElse('@Emit headers', name, () => ({})) }),
  '@Emit when': host({ when: (name) => orElse('@Emit when', name, () => true) }),
  '@Emit partition': host({ partition: (name) => orElse('@Emit partition', name, () => 0) }),
};

const plain = (name) => producer.send({ topic: 'orders', key: name, value: name, headers: { name } });
const SENDS = {
  'key serializer': plain,
  'value serializer': plain,
  'header serializer': plain,
  partitioner: plain,
  'interceptor, onSend': plain,
  'interceptor, onAcknowledgement': plain,
  resolveTopic: (name) => producer.send({ topic: isBad(name) ? 'orders-bad' : 'orders', key: name, value: name }),
  defaultHeaders: (name) => {
    isMakingHeaders = isBad(name);
    try {
      return plain(name);
    } finally {
      isMakingHeaders = false;
    }
  },
  ...Object.fromEntries(
    Object.entries(contracts).map(([at, make]) => [at, async (name) => producer.send(make({ name }))]),
  ),
  ...Object.fromEntries(Object.entries(emitting).map(([at, instance]) => [at, (name) => instance.place(name)])),
};

let round = 0;
for (const [at, send] of Object.entries(SENDS)) {
  const seen = {};
  for (const [how, failure] of Object.entries(FAILURES)) {
    [place, fail] = [at, failure];
    const names = [`${++round} before`, `${round} bad`, `${round} after`];
    const outcomes = await Promise.allSettled(names.map((name) => send(name)));
    seen[how] = outcomes.map(({ status, reason }) =>
      status === 'fulfilled' ? 'ok' : (reason?.code ?? String(reason)),
    );
  }
  console.log(JSON.stringify({ at, seen }));
}
await producer.flush();
console.log(JSON.stringify({ stats: producer.stats() }));
await app.close();
console.log(JSON.stringify({ left: await handlesLeft() }));
