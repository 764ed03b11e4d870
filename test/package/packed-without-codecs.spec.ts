import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { LIBRARIES, node, PackedApplication, ROOT } from './packed-application.js';

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

describe('the packed libraries without the optional packages', () => {
  /** Outside of this repository, where they would be found one level up; everything else is a link to there. */
  let bare: string;

  beforeAll(async () => {
    const application = await PackedApplication.unpack();
    bare = await mkdtemp(join(tmpdir(), 'packed-bare-'));
    await mkdir(join(bare, 'node_modules'));
    const optional = new Set(['lz4-napi', 'snappy', '@node-rs', '@toondepauw', '@napi-rs']);
    for (const name of await readdir(join(ROOT, 'node_modules'))) {
      if (optional.has(name) || LIBRARIES.includes(name)) continue;
      await symlink(join(ROOT, 'node_modules', name), join(bare, 'node_modules', name));
    }
    for (const name of LIBRARIES)
      await cp(application.inLibrary(name), join(bare, 'node_modules', name), { recursive: true });
    await application.remove();
  });
  afterAll(() => rm(bare, { recursive: true, force: true }));

  it('boot and send a record', async () => {
    const { stdout, stderr } = await node(bare, 'boot.mjs', `${IMPORTS} ${BOOT}`);
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
    const { stdout } = await node(bare, 'refused.mjs', program);
    expect(stdout).toContain(`npm install ${missing}`);
  });
});
