import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { node, PackedApplication } from './packed-application.js';

let application: PackedApplication;

beforeAll(async () => {
  application = await PackedApplication.unpack();
});
afterAll(() => application?.remove());

const IN_MEMORY = `
  class AppModule {}
  Module({
    imports: [KafkaProducerModule.forRoot({ client: { brokers: ['localhost:1'] } })],
  })(AppModule);
  const app = await inMemoryKafka(Test.createTestingModule({ imports: [AppModule] })).compile();
  await app.init();
  await app.get(KafkaProducerService).send({ topic: 'greetings', key: 'k', value: { hello: 'world' } });
  for (let turn = 0; turn < 3; turn++) await new Promise((endOfTurn) => setImmediate(endOfTurn)); // the acknowledgement's turn cancels the timers
  const open = process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|DNS/.test(name));
  console.log(app.get(CommittedRecords).in('greetings').map(({ text }) => text).join(), open.join());
  await app.close();
`;

describe('nestjs-kafka-producer/testing', () => {
  it('lets an application run without a Kafka, and leaves no socket and no timer', async () => {
    const { stdout, stderr } = await node(
      application.folder,
      'in-memory.mjs',
      `import 'reflect-metadata';
       import { Module } from '@nestjs/common';
       import { Test } from '@nestjs/testing';
       import { KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';
       import { CommittedRecords, inMemoryKafka } from 'nestjs-kafka-producer/testing';
       ${IN_MEMORY}`,
    );
    expect(stdout).toBe('{"hello":"world"} \n');
    expect(stderr).toBe('');
  });

  it('does the same in a CommonJS application', async () => {
    const { stdout, stderr } = await node(
      application.folder,
      'in-memory.cjs',
      `require('reflect-metadata');
       const { Module } = require('@nestjs/common');
       const { Test } = require('@nestjs/testing');
       const { KafkaProducerModule, KafkaProducerService } = require('nestjs-kafka-producer');
       const { CommittedRecords, inMemoryKafka } = require('nestjs-kafka-producer/testing');
       async function main() { ${IN_MEMORY} }
       main();`,
    );
    expect(stdout).toBe('{"hello":"world"} \n');
    expect(stderr).toBe('');
  });

  it('needs no optional peer', async () => {
    const manifest = await readFile(application.inLibrary('nestjs-kafka-producer', 'package.json'), 'utf8');
    const { peerDependenciesMeta } = JSON.parse(manifest) as { peerDependenciesMeta: Record<string, object> };
    const optional = Object.keys(peerDependenciesMeta);
    expect(optional).toContain('@nestjs/testing');
    const refuse = `export async function resolve(name, context, next) {
      if (${JSON.stringify(optional)}.includes(name)) throw Object.assign(new Error(name + ' is not installed'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    }`;
    const { stdout } = await node(
      application.folder,
      'no-peers.mjs',
      `import { register } from 'node:module';
       import 'reflect-metadata';
       register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(refuse)}));
       const refused = await import('@nestjs/testing').then(() => 'installed', (error) => error.message);
       const { InMemoryProducer } = await import('nestjs-kafka-producer/testing');
       const kafka = new InMemoryProducer();
       await kafka.send({ topic: 'greetings', value: 'hello' });
       console.log(refused, kafka.records.in('greetings')[0].text);`,
    );
    expect(stdout).toBe('@nestjs/testing is not installed hello\n');
  });
});

describe('nestjs-kafka-producer/health', () => {
  it('is found by ES modules and by CommonJS, and by nobody who did not ask for it', async () => {
    const esm = await node(
      application.folder,
      'health.mjs',
      `import 'reflect-metadata';
       import * as main from 'nestjs-kafka-producer';
       import * as health from 'nestjs-kafka-producer/health';
       console.log(Object.keys(health).join(), 'KafkaProducerHealthIndicator' in main);`,
    );
    expect(esm).toEqual({ stdout: 'KafkaProducerHealthIndicator false\n', stderr: '' });
    const cjs = await node(
      application.folder,
      'health.cjs',
      `require('reflect-metadata');
       console.log(typeof require('nestjs-kafka-producer/health').KafkaProducerHealthIndicator);`,
    );
    expect(cjs).toEqual({ stdout: 'function\n', stderr: '' });
  });
});
