import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packLibraries } from '../../scripts/pack.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const LIBRARIES = ['embedded-kafka', 'kafka-wire', 'nestjs-kafka-producer'];
const run = promisify(execFile);

/** An application in which the tarballs are installed; everything else it needs is found in this repository, one level up. */
let application: string;
const inLibrary = (name: string, ...path: string[]) => join(application, 'node_modules', name, ...path);

beforeAll(async () => {
  await mkdir(join(ROOT, 'temp'), { recursive: true });
  application = await mkdtemp(join(ROOT, 'temp/packed-'));
  for (const [name, tarball] of Object.entries(await packLibraries(join(application, 'tarballs')))) {
    await mkdir(inLibrary(name), { recursive: true });
    await run('tar', ['-xzf', tarball, '-C', inLibrary(name), '--strip-components=1']);
  }
  await writeFile(join(application, 'package.json'), '{ "name": "stranger" }');
});
afterAll(() => rm(application, { recursive: true, force: true }));

async function node(file: string, program: string, folder = application): Promise<{ stdout: string; stderr: string }> {
  await writeFile(join(folder, file), program);
  return run(process.execPath, [join(folder, file)], { timeout: 30_000 });
}

describe('a packed library', () => {
  it.each(LIBRARIES)('%s names only what is in it', async (name) => {
    const text = await readFile(inLibrary(name, 'package.json'), 'utf8');
    expect(text).not.toContain('/source');
    const manifest = JSON.parse(text) as Record<string, unknown>;
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('devDependencies');
    const files = (await readdir(inLibrary(name), { recursive: true })).toSorted();
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.d.ts', 'dist/index.js']));
    expect(files.filter((file) => /\.spec\.|tsbuildinfo/.test(file))).toEqual([]);
  });

  it('the product has the README of the repository', async () => {
    expect(await readFile(inLibrary('nestjs-kafka-producer', 'README.md'), 'utf8')).toBe(
      await readFile(join(ROOT, 'README.md'), 'utf8'),
    );
  });
});

const IMPORTS = `
  import 'reflect-metadata';
  import { Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { EmbeddedKafka } from 'embedded-kafka';
  import { KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';
`;

const BOOT = `
  const kafka = await EmbeddedKafka.start({ topics: [{ name: 'greetings', partitions: 1 }] });
  class AppModule {}
  Module({
    imports: [KafkaProducerModule.forRoot({ client: { clientId: 'stranger', brokers: kafka.bootstrap } })],
  })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
  const { offset } = await app.get(KafkaProducerService).send({ topic: 'greetings', key: 'k', value: { hello: 'world' } });
  await app.close();
  const [record] = await kafka.recordsIn('greetings');
  await kafka.stop();
  console.log(offset, record.value.toString());
`;

describe('the packed libraries under plain Node', () => {
  it('boot a Nest context, send a record and let the process end', async () => {
    const { stdout, stderr } = await node('boot.mjs', `${IMPORTS} ${BOOT}`);
    expect(stdout).toBe('0 {"hello":"world"}\n');
    expect(stderr).toBe('');
  });

  it('do the same in a CommonJS application', async () => {
    const { stdout, stderr } = await node(
      'boot.cjs',
      `require('reflect-metadata');
       const { Module } = require('@nestjs/common');
       const { NestFactory } = require('@nestjs/core');
       const { EmbeddedKafka } = require('embedded-kafka');
       const { KafkaProducerModule, KafkaProducerService } = require('nestjs-kafka-producer');
       async function main() { ${BOOT} }
       main();`,
    );
    expect(stdout).toBe('0 {"hello":"world"}\n');
    expect(stderr).toBe('');
  });
});

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
    const manifest = await readFile(inLibrary('nestjs-kafka-producer', 'package.json'), 'utf8');
    const { peerDependenciesMeta } = JSON.parse(manifest) as { peerDependenciesMeta: Record<string, object> };
    const optional = Object.keys(peerDependenciesMeta);
    expect(optional).toContain('@nestjs/testing');
    const refuse = `export async function resolve(name, context, next) {
      if (${JSON.stringify(optional)}.includes(name)) throw Object.assign(new Error(name + ' is not installed'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    }`;
    const { stdout } = await node(
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
      'health.mjs',
      `import 'reflect-metadata';
       import * as main from 'nestjs-kafka-producer';
       import * as health from 'nestjs-kafka-producer/health';
       console.log(Object.keys(health).join(), 'KafkaProducerHealthIndicator' in main);`,
    );
    expect(esm).toEqual({ stdout: 'KafkaProducerHealthIndicator false\n', stderr: '' });
    const cjs = await node(
      'health.cjs',
      `require('reflect-metadata');
       console.log(typeof require('nestjs-kafka-producer/health').KafkaProducerHealthIndicator);`,
    );
    expect(cjs).toEqual({ stdout: 'function\n', stderr: '' });
  });
});

describe('the packed libraries without the optional packages', () => {
  /** Outside of this repository, where they would be found one level up; everything else is a link to there. */
  let bare: string;

  beforeAll(async () => {
    bare = await mkdtemp(join(tmpdir(), 'packed-bare-'));
    await mkdir(join(bare, 'node_modules'));
    const optional = new Set(['lz4-napi', 'snappy', '@node-rs', '@toondepauw', '@napi-rs']);
    for (const name of await readdir(join(ROOT, 'node_modules'))) {
      if (optional.has(name) || LIBRARIES.includes(name)) continue;
      await symlink(join(ROOT, 'node_modules', name), join(bare, 'node_modules', name));
    }
    for (const name of LIBRARIES) await cp(inLibrary(name), join(bare, 'node_modules', name), { recursive: true });
  });
  afterAll(() => rm(bare, { recursive: true, force: true }));

  it('boot and send a record', async () => {
    const { stdout, stderr } = await node('boot.mjs', `${IMPORTS} ${BOOT}`, bare);
    expect(stdout).toBe('0 {"hello":"world"}\n');
    expect(stderr).toBe('');
  });

  const needed = [
    ['snappy', 'snappy'],
    ['lz4', 'lz4-napi'],
    // Later Nodes bring zstd.
    ...('zstdCompress' in zlib ? [] : [['zstd', '@toondepauw/node-zstd']]),
  ];

  it.each(needed)('refuse to boot with compressionType %s, and say that %s is missing', async (type, missing) => {
    const program = `${IMPORTS}
      class AppModule {}
      Module({
        imports: [
          KafkaProducerModule.forRoot({
            client: { clientId: 'stranger', brokers: ['127.0.0.1:1'] },
            producer: { compressionType: '${type}' },
          }),
        ],
      })(AppModule);
      const boot = NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
      console.log(await boot.then(() => 'booted', (error) => error.message));
    `;
    const { stdout } = await node('refused.mjs', program, bare);
    expect(stdout).toContain(`npm install ${missing}`);
  });
});

describe('the packed declarations', () => {
  it('compile without skipLibCheck', async () => {
    const file = join(application, 'app.mts');
    const subpaths = ['microservices', 'testing', 'health'].map((name) => `nestjs-kafka-producer/${name}`);
    const entries = [...LIBRARIES, ...subpaths];
    await writeFile(file, entries.map((name, index) => `export * as p${index} from '${name}';`).join('\n'));
    const program = ts.createProgram([file], {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts'],
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    });
    const ours = ts.getPreEmitDiagnostics(program).filter((problem) => problem.file?.fileName.startsWith(application));
    expect(ours.map((problem) => ts.flattenDiagnosticMessageText(problem.messageText, '\n'))).toEqual([]);
  });
});
