import {
  Controller,
  Get,
  Inject,
  Module,
  type ControllerOptions,
  type INestApplication,
  type ModuleMetadata,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { EmbeddedKafka } from 'embedded-kafka';
import { strictEqual } from 'node:assert';
import { Emit, KafkaProducerModule, type KafkaProducerOptions } from 'nestjs-kafka-producer';

/** One edge of the request scope. It has a topic of its own. */
export interface ScopeCase {
  readonly name: string;
  /** @throws AssertionError when it is not as it should be */
  run(kafka: EmbeddedKafka, topic: string): Promise<void>;
}

/** What of the module's options may differ. */
export type Options = Omit<Partial<KafkaProducerOptions>, 'client'> & { readonly name?: string };

/** Fails a record after this many milliseconds; brokers have much less to do. */
export const IMPATIENT: Options = {
  producer: { deliveryTimeoutMs: 400, requestTimeoutMs: 300, retryBackoffMs: 20, retryBackoffMaxMs: 50 },
};

export function producers(kafka: EmbeddedKafka, options: Options = {}): NonNullable<ModuleMetadata['imports']>[0] {
  return KafkaProducerModule.forRoot({ client: { brokers: kafka.bootstrap }, ...options });
}

/** A class of services that emit, for one topic. */
export function eventsOf(topic: string, producer?: string) {
  class Events {
    @Emit(topic, { waitFor: 'scope', ...(producer !== undefined && { producer }) })
    async happened(text: string): Promise<string> {
      return text;
    }
  }
  return Events;
}
export type Events = InstanceType<ReturnType<typeof eventsOf>>;

/** A controller of one route, which emits what it answers. */
export function controllerOf(OfTopic: ReturnType<typeof eventsOf>, at: ControllerOptions, text: string) {
  @Controller(at)
  class Orders {
    constructor(@Inject(OfTopic) private readonly events: Events) {}

    @Get()
    async get(): Promise<string> {
      return this.events.happened(text);
    }
  }
  return Orders;
}

export type Adapter = 'express' | 'fastify';

/** Creates an application; `prepare` runs before it listens. Closed when `work` has settled. */
export async function serving<T>(
  metadata: ModuleMetadata,
  work: (url: string, app: INestApplication) => Promise<T>,
  { adapter = 'express', prepare = () => {} }: { adapter?: Adapter; prepare?: (app: INestApplication) => void } = {},
): Promise<T> {
  class AppModule {}
  Module(metadata)(AppModule);
  const options = { logger: false, abortOnError: false } as const;
  const app =
    adapter === 'express'
      ? await NestFactory.create(AppModule, options)
      : await NestFactory.create(AppModule, await fastify(), options);
  prepare(app);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  try {
    return await work(await app.getUrl(), app);
  } finally {
    await app.close();
  }
}

async function fastify() {
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  return new FastifyAdapter();
}

/** What a started promise has come to: `undefined` while it is pending. */
export function watched<T>(promise: Promise<T>): { readonly promise: Promise<T>; settled: boolean } {
  const state = { promise, settled: false };
  const settle = (): void => void (state.settled = true);
  promise.then(settle, settle);
  return state;
}

export async function valuesIn(kafka: EmbeddedKafka, topic: string): Promise<string[]> {
  return (await kafka.recordsIn(topic)).map(({ value }) => String(value)).toSorted();
}

/** Waits until committed records are to be seen: that is a moment after the commit was decided. */
export async function committedIn(kafka: EmbeddedKafka, topic: string, count: number): Promise<string[]> {
  for (;;) {
    const records = await kafka.recordsIn(topic, { isolation: 'read_committed' });
    if (records.length >= count) return records.map(({ value }) => String(value)).toSorted();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The records' answers are held until it is released; whatever waits for them must not be over before. */
export async function heldUntilAcknowledged(
  kafka: EmbeddedKafka,
  topic: string,
  call: () => Promise<unknown>,
): Promise<void> {
  const held = kafka.faults.onResponse('Produce', { topic, times: 1, action: 'hold' });
  const answer = watched(call());
  await Promise.race([held.struck(1), answer.promise]);
  await new Promise((resolve) => setImmediate(resolve));
  const wasOver = answer.settled;
  held.release();
  await answer.promise;
  strictEqual(wasOver, false, 'it was over before its records were acknowledged');
}
