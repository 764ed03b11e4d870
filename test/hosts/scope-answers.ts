import {
  Controller,
  Get,
  Inject,
  Injectable,
  SetMetadata,
  StreamableFile,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { EmbeddedKafka } from 'embedded-kafka';
import { deepStrictEqual, strictEqual } from 'node:assert';
import { Readable } from 'node:stream';
import { mergeMap, of, type Observable } from 'rxjs';
import {
  eventsOf,
  heldUntilAcknowledged,
  IMPATIENT,
  producers,
  serving,
  valuesIn,
  type Adapter,
  type Events,
  type ScopeCase,
} from './scope-case.js';
import { textOf } from './scope-interceptors.js';

/** Emits when the handler has answered. */
function audited(events: Events): NestInterceptor {
  return {
    intercept: (_context: ExecutionContext, next: CallHandler): Observable<unknown> =>
      next.handle().pipe(
        mergeMap(async (answer) => {
          await events.happened(`${String(answer)}, audited`);
          return answer as unknown;
        }),
      ),
  };
}

function on(adapter: Adapter): ScopeCase[] {
  /** Where interceptors can stand: in all these cases the scope is around them too. */
  const intercepted = (['the application', 'its class', 'itself'] as const).map((place): ScopeCase => ({
    name: `${adapter}: a route with an interceptor for ${place} has its scope around that`,
    run: async (kafka, topic) => {
      const OfTopic = eventsOf(topic);
      const events: { now?: Events } = {};
      const audit: NestInterceptor = { intercept: (...args) => audited(events.now!).intercept(...args) as never };
      const at = (where: typeof place): NestInterceptor[] => (where === place ? [audit] : []);
      @Controller()
      @UseInterceptors(...at('its class'))
      class Orders {
        constructor(@Inject(OfTopic) of: Events) {
          events.now = of;
        }

        @Get('one')
        @UseInterceptors(...at('itself'))
        async one(): Promise<string> {
          return 'one';
        }
      }
      const metadata = {
        imports: [producers(kafka, { requestScope: {} })],
        controllers: [Orders],
        providers: [OfTopic],
      };
      const prepare = (app: INestApplication): unknown => app.useGlobalInterceptors(...at('the application'));
      await serving(
        metadata,
        (url) => heldUntilAcknowledged(kafka, topic, async () => strictEqual(await textOf(`${url}/one`), 'one')),
        { adapter, prepare },
      );
      deepStrictEqual(await valuesIn(kafka, topic), ['one, audited']);
    },
  }));

  async function guarded(kafka: EmbeddedKafka, topic: string): Promise<void> {
    const OfTopic = eventsOf(topic);
    const seen: unknown[] = [];
    @Injectable()
    class Audit implements CanActivate {
      constructor(
        @Inject(OfTopic) private readonly events: Events,
        @Inject(Reflector) private readonly reflector: Reflector,
      ) {}

      async canActivate(context: ExecutionContext): Promise<boolean> {
        const handler = context.getHandler();
        seen.push(handler.name, context.getClass().name, this.reflector.get('roles', handler));
        await this.events.happened('guard');
        return true;
      }
    }
    @Controller()
    class Orders {
      @Get('one')
      @UseGuards(Audit)
      @SetMetadata('roles', ['admin'])
      async one(): Promise<string> {
        seen.push('handled');
        return 'one';
      }
    }
    const options = { requestScope: {}, propagateHeaders: ['x-id'] };
    const metadata = {
      imports: [producers(kafka, options)],
      controllers: [Orders],
      providers: [OfTopic, Audit],
    };
    await serving(
      metadata,
      async (url) => {
        const get = async (): Promise<void> => {
          strictEqual(await textOf(`${url}/one`, { headers: { 'x-id': 'r-1' } }), 'one');
        };
        const held = kafka.faults.onResponse('Produce', { topic, times: 1, action: 'hold' });
        const answer = get();
        await Promise.race([held.struck(1), answer]);
        await new Promise((resolve) => setImmediate(resolve));
        deepStrictEqual(seen, ['one', 'Orders', ['admin']]);
        held.release();
        await answer;
        strictEqual(seen.at(-1), 'handled');
      },
      { adapter },
    );
    const [record] = await kafka.recordsIn(topic);
    deepStrictEqual(
      record?.headers.map(({ key, value }) => [key, String(value)]),
      [['x-id', 'r-1']],
    );
  }

  async function answers(kafka: EmbeddedKafka, topic: string): Promise<void> {
    const OfTopic = eventsOf(topic);
    const files: Readable[] = [];
    @Controller()
    class Orders {
      constructor(@Inject(OfTopic) private readonly events: Events) {}

      @Get('soon')
      soon(): string {
        void this.events.happened('soon');
        return 'soon';
      }

      @Get('observable')
      observable(): Observable<string> {
        return of('a', 'b').pipe(mergeMap((text) => this.events.happened(text)));
      }

      @Get('promised')
      async promised(): Promise<Observable<string>> {
        await this.events.happened('promised');
        return of('promised');
      }

      @Get('throws')
      throws(): string {
        void this.events.happened('thrown');
        throw new Error('refused');
      }

      @Get('file')
      async file(): Promise<StreamableFile> {
        await this.events.happened('file');
        const file = Readable.from(['file']);
        files.push(file);
        return new StreamableFile(file);
      }
    }
    const metadata = {
      imports: [producers(kafka, { requestScope: {}, ...IMPATIENT })],
      controllers: [Orders],
      providers: [OfTopic],
    };
    await serving(
      metadata,
      async (url) => {
        const answered: [string, string | undefined][] = [
          ['soon', 'soon'],
          ['observable', 'b'],
          ['promised', 'promised'],
          ['throws', undefined],
        ];
        for (const [path, text] of answered) {
          await heldUntilAcknowledged(kafka, topic, async () => {
            const answer = await fetch(`${url}/${path}`);
            if (text === undefined) strictEqual(answer.status, 500);
            else strictEqual(await answer.text(), text);
          });
        }
        kafka.faults.onRequest('Produce', { topic, action: { errorCode: 'NOT_ENOUGH_REPLICAS' } });
        strictEqual((await fetch(`${url}/file`)).status, 503);
        strictEqual(files.length, 1);
        strictEqual(files[0]?.destroyed, true);
      },
      { adapter },
    );
    deepStrictEqual(await valuesIn(kafka, topic), ['a', 'b', 'promised', 'soon', 'thrown']);
  }

  return [
    ...intercepted,
    { name: `${adapter}: a guard sees the handler and its metadata, and what it emits waits for itself`, run: guarded },
    { name: `${adapter}: answers of all kinds, and a file that is not sent is closed`, run: answers },
  ];
}

/** What may stand before and behind a handler. */
export const answerScopes: readonly ScopeCase[] = [...on('express'), ...on('fastify')];
