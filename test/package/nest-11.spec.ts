import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packLibraries } from '../../scripts/pack.mjs';

const run = promisify(execFile);
const NEST_11 = ['@nestjs/common@^11', '@nestjs/core@^11', 'reflect-metadata', 'rxjs'];

/** Outside of this repository, which has Nest 12. */
let application: string;

beforeAll(async () => {
  application = await mkdtemp(join(tmpdir(), 'nest-11-'));
  await writeFile(join(application, 'package.json'), '{ "name": "stranger", "private": true }');
  const tarballs = Object.values(await packLibraries(join(application, 'tarballs')));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', ...flags, ...NEST_11, ...tarballs], { cwd: application });
});
afterAll(() => rm(application, { recursive: true, force: true }));

const PROGRAM = `
  import 'reflect-metadata';
  import { Injectable, Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { EmbeddedKafka } from 'embedded-kafka';
  import { defineTopic, Emit, KafkaProducerModule } from 'nestjs-kafka-producer';

  const kafka = await EmbeddedKafka.start({ topics: [{ name: 'greetings', partitions: 1 }] });
  class Events {
    async greeted(name) {
      return { hello: name };
    }
  }
  Injectable()(Events);
  const { prototype } = Events;
  const method = Object.getOwnPropertyDescriptor(prototype, 'greeted');
  const decorated = Emit(defineTopic('greetings', { key: null }))(prototype, 'greeted', method);
  Object.defineProperty(prototype, 'greeted', decorated ?? method);
  class AppModule {}
  Module({
    imports: [KafkaProducerModule.forRoot({ client: { clientId: 'stranger', brokers: kafka.bootstrap } })],
    providers: [Events],
  })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
  await app.get(Events).greeted('world');
  await app.close();
  const [record] = await kafka.recordsIn('greetings');
  await kafka.stop();
  console.log(record.value.toString());
`;

it('an application on Nest 11 installs the packed libraries, emits a record, and its process ends', async () => {
  const nest = await readFile(join(application, 'node_modules/@nestjs/core/package.json'), 'utf8');
  expect((JSON.parse(nest) as { version: string }).version).toMatch(/^11\./);
  await writeFile(join(application, 'boot.mjs'), PROGRAM);
  const { stdout, stderr } = await run(process.execPath, [join(application, 'boot.mjs')], { timeout: 30_000 });
  expect(stderr).toBe('');
  expect(stdout).toBe('{"hello":"world"}\n');
});
