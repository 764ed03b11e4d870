import { Logger, type ModuleMetadata } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { vi } from 'vitest';

import { KafkaProducerModule } from '../../kafka-producer.module.js';
import type { KafkaProducerOptions } from '../../options/module.options.js';
import { inMemoryKafka } from '../../testing/in-memory-kafka.js';
import { client } from './fake-parts.js';

export type Options = Omit<KafkaProducerOptions, 'client'> & { readonly name?: string };

/** Starts an application over HTTP. @returns its warnings */
export async function warningsOf(metadata: ModuleMetadata, ...options: Options[]): Promise<string[]> {
  const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  const imports = (options.length === 0 ? [{}] : options).map((each) =>
    KafkaProducerModule.forRoot({ client, ...each }),
  );
  const module = await inMemoryKafka(Test.createTestingModule({ ...metadata, imports })).compile();
  const app = module.createNestApplication();
  app.useWebSocketAdapter(new WsAdapter(app));
  try {
    await app.init();
    return warn.mock.calls.map(([message]) => String(message));
  } finally {
    await app.close();
  }
}
