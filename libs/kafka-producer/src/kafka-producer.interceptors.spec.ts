import { Inject, Injectable, Logger, Module, Scope, type DynamicModule, type Provider } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { describe, expect, it, vi } from 'vitest';

import { client } from './decorators/spec-support/fake-parts.js';
import { KafkaProducerModule } from './kafka-producer.module.js';
import { KafkaProducerService } from './kafka-producer.service.js';
import { getKafkaProducerToken } from './kafka-producer.tokens.js';
import type { InterceptorClass, ProducerInterceptor } from './pipeline/producer-interceptor.js';
import { ProducerPipeline } from './pipeline/producer-pipeline.js';
import type { ProducerRecord } from './record/producer-record.js';
import { CommittedRecords } from './testing/committed-records.js';
import { inMemoryKafka } from './testing/in-memory-kafka.js';

@Injectable()
class Trace {
  readonly id: string = 'trace-1';
}

@Injectable()
class Tracing implements ProducerInterceptor {
  constructor(@Inject(Trace) private readonly trace: Trace) {}

  onSend(record: ProducerRecord): ProducerRecord {
    return { ...record, headers: { ...record.headers, trace: this.trace.id } };
  }
}

/** As a developer makes it who forgets that it outlives the request. */
@Injectable({ scope: Scope.REQUEST })
class PerRequest implements ProducerInterceptor {}

@Injectable()
class ThroughRequest implements ProducerInterceptor {
  constructor(@Inject(PerRequest) readonly other: PerRequest) {}

  onAcknowledgement(): void {}
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient implements ProducerInterceptor {
  onSend(record: ProducerRecord): ProducerRecord {
    return { ...record, key: 'transient' };
  }
}

const kafka = (interceptors: readonly InterceptorClass[], name?: string): DynamicModule =>
  KafkaProducerModule.forRoot({ client, interceptors, name });

function providing(...providers: Provider[]): DynamicModule {
  @Module({})
  class OtherModule {}
  return { module: OtherModule, global: true, providers, exports: providers as never };
}

function appWith(...imports: DynamicModule[]): TestingModuleBuilder {
  return inMemoryKafka(Test.createTestingModule({ imports }));
}

async function headersSent(builder: TestingModuleBuilder): Promise<object> {
  const app = await builder.compile();
  await app.init();
  await app.get(KafkaProducerService).send({ topic: 't', value: 'x' });
  const [record] = app.get(CommittedRecords).all();
  await app.close();
  return { ...record!.headers, key: record!.keyText };
}

describe('the interceptors option', () => {
  it('takes instances from the container, whichever module has them', async () => {
    const builder = appWith(kafka([Tracing]), providing(Trace, Tracing));
    await expect(headersSent(builder)).resolves.toMatchObject({ trace: 'trace-1' });
    const overridden = appWith(kafka([Tracing]), providing(Trace, Tracing))
      .overrideProvider(Tracing)
      .useValue({ onSend: (record: ProducerRecord) => ({ ...record, headers: { trace: 'of the test' } }) });
    await expect(headersSent(overridden)).resolves.toMatchObject({ trace: 'of the test' });
  });

  it('has those constructed that no module provides, and transient ones', async () => {
    const builder = appWith(kafka([Tracing, Transient]), providing(Trace, Transient));
    await expect(headersSent(builder)).resolves.toEqual({ trace: 'trace-1', key: 'transient' });
  });

  it('is of one module: another producer has its own', async () => {
    const app = await appWith(kafka([Tracing]), kafka([], 'audit'), providing(Trace)).compile();
    await app.init();
    await app.get(KafkaProducerService).send({ topic: 't', value: 'x' });
    await app.get<KafkaProducerService>(getKafkaProducerToken('audit')).send({ topic: 't', value: 'x' });
    const sent = app.get(CommittedRecords).all();
    expect(sent.map(({ headers }) => headers)).toEqual([{ trace: 'trace-1' }, {}]);
    await app.close();
  });

  it('works with options that are made later', async () => {
    const module = KafkaProducerModule.forRootAsync({ useFactory: () => ({ client, interceptors: [Tracing] }) });
    await expect(headersSent(appWith(module, providing(Trace)))).resolves.toMatchObject({ trace: 'trace-1' });
  });

  it.each<[string, InterceptorClass, Provider[], string]>([
    ['provided', PerRequest, [PerRequest], 'PerRequest depends on the request'],
    ['not provided', PerRequest, [], 'PerRequest is request-scoped'],
    [
      'through another, provided',
      ThroughRequest,
      [PerRequest, ThroughRequest],
      'ThroughRequest depends on the request',
    ],
    [
      'through another, not provided',
      ThroughRequest,
      [PerRequest],
      'ThroughRequest depends on the request (through PerRequest)',
    ],
  ])('refuses a class that depends on the request, at bootstrap: %s', async (_title, type, providers, message) => {
    const app = await appWith(kafka([type]), providing(...providers)).compile();
    const error: unknown = await app.init().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'KAFKA_PRODUCER_INVALID_OPTIONS', problems: [{ path: 'interceptors' }] });
    expect((error as Error).message).toContain(`${message}, and an interceptor lives as long as the producer; make it`);
  });

  it.each<[string, unknown, string]>([
    ['an instance', [new Transient()], 'must be an array of classes, none of them twice, got [an object]'],
    ['a class twice', [Tracing, Tracing], 'must be an array of classes, none of them twice, got [Tracing, Tracing]'],
    ['no array', Tracing, 'must be an array of classes, none of them twice, got a function'],
  ])('refuses %s', async (_title, interceptors, message) => {
    const compiling = appWith(kafka(interceptors as never)).compile();
    await expect(compiling).rejects.toMatchObject({ problems: [{ path: 'interceptors', message }] });
  });

  it('lets no record slip past them: before they are there, sending is refused', async () => {
    const app = await appWith(kafka([Tracing]), providing(Trace)).compile();
    await expect(app.get(KafkaProducerService).send({ topic: 't', value: 'x' })).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_UNBOUND_METHOD',
      message:
        "KafkaProducerService.send() cannot emit: the interceptors of module 'default' are constructed when the application starts. " +
        'Send from onModuleInit() on, not in a constructor or a factory; nothing was sent.',
    });
    expect(app.get(CommittedRecords).all()).toEqual([]);
  });

  it('costs nothing when it is empty: the service has the pipeline itself', async () => {
    const send = vi.spyOn(ProducerPipeline.prototype, 'send');
    const app = await appWith(kafka([])).compile();
    const sent = app.get(KafkaProducerService).send({ topic: 't', value: 'x' });
    expect(send.mock.results[0]?.value).toBe(sent);
    await sent;
    await app.close();
  });

  it('logs once what onAcknowledgement() has thrown', async () => {
    class Throwing implements ProducerInterceptor {
      onAcknowledgement(): void {
        throw new Error('no counter');
      }
    }
    const logged = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const app = await appWith(kafka([Throwing])).compile();
    await app.init();
    for (const value of ['a', 'b']) await app.get(KafkaProducerService).send({ topic: 't', value });
    expect(logged.mock.calls).toEqual([
      [
        expect.stringContaining(
          'Throwing.onAcknowledgement() threw, which changes nothing for the record and is logged this once: Error: no counter',
        ) as string,
      ],
    ]);
    await app.close();
  });
});
