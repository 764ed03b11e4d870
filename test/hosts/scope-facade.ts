import {
  Controller,
  ForbiddenException,
  Get,
  Inject,
  Injectable,
  RequestMethod,
  Scope,
  UseGuards,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  type MiddlewareConsumer,
  type NestMiddleware,
  type NestModule,
} from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { EmbeddedKafka } from 'embedded-kafka';
import { deepStrictEqual, strictEqual } from 'node:assert';
import { InjectRequestKafkaProducer, KafkaScope, RequestKafkaProducer } from 'nestjs-kafka-producer';
import { DirectTransport } from './messages.js';
import { PlainDriver } from './resolvers.js';
import {
  eventsOf,
  heldUntilAcknowledged,
  IMPATIENT,
  producers,
  serving,
  type Adapter,
  type Events,
  type ScopeCase,
} from './scope-case.js';

/** A guard that sends before any interceptor has run, and a controller. */
function guarded(topic: string, producer?: string) {
  @Injectable({ scope: Scope.REQUEST })
  class Audited implements CanActivate {
    constructor(@InjectRequestKafkaProducer(producer) readonly kafka: RequestKafkaProducer) {}

    async canActivate(context: ExecutionContext): Promise<boolean> {
      await this.kafka.enqueue({ topic, value: 'guard' });
      if (context.switchToHttp().getRequest<{ query: { deny?: string } }>().query.deny !== undefined) {
        throw new ForbiddenException();
      }
      return true;
    }
  }
  @Controller()
  @UseGuards(Audited)
  class GuardedController {
    constructor(@InjectRequestKafkaProducer(producer) readonly kafka: RequestKafkaProducer) {}

    @Get()
    @KafkaScope()
    async answer(): Promise<string> {
      await this.kafka.enqueue({ topic, value: 'handler' });
      return 'answer';
    }
  }
  return { controllers: [GuardedController] };
}

/** Everything that comes before an interceptor: middleware, and the constructor of a provider. */
function early(topic: string) {
  const OfTopic = eventsOf(topic);
  @Injectable({ scope: Scope.REQUEST })
  class Early implements NestMiddleware {
    constructor(
      @Inject(RequestKafkaProducer) readonly kafka: RequestKafkaProducer,
      @Inject(OfTopic) readonly events: Events,
    ) {}

    async use(_request: object, _response: object, next: () => void): Promise<void> {
      await this.kafka.runInScope(() => this.events.happened('middleware'));
      next();
    }
  }
  @Injectable({ scope: Scope.REQUEST })
  class Eager {
    readonly sent: Promise<unknown>;

    constructor(@Inject(RequestKafkaProducer) kafka: RequestKafkaProducer) {
      this.sent = kafka.enqueue({ topic, value: 'constructor' });
    }
  }
  @Controller()
  class EarlyController {
    constructor(@Inject(Eager) readonly eager: Eager) {}

    @Get()
    async answer(): Promise<string> {
      await this.eager.sent;
      return 'answer';
    }
  }
  class EarlyModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(Early).forRoutes({ path: '/', method: RequestMethod.GET });
    }
  }
  const imported: DynamicModule = { module: EarlyModule, providers: [OfTopic] };
  return { imported, controllers: [EarlyController], providers: [Eager] };
}

async function headersIn(kafka: EmbeddedKafka, topic: string): Promise<string[]> {
  const records = await kafka.recordsIn(topic);
  return records.map(({ value, headers }) => `${String(value)} ${String(headers[0]?.value)}`).toSorted();
}

const overHttp = (['express', 'fastify'] as const).flatMap((adapter: Adapter): ScopeCase[] => [
  {
    name: `${adapter}: what a guard has accepted by the façade of its request is waited for`,
    run: (kafka, topic) =>
      serving(
        { imports: [producers(kafka, { propagateHeaders: ['x-id'] })], ...guarded(topic) },
        async (url) => {
          await heldUntilAcknowledged(kafka, topic, async () => {
            const response = await fetch(url, { headers: { 'x-id': 'r-1' } });
            strictEqual(await response.text(), 'answer');
          });
          deepStrictEqual(await headersIn(kafka, topic), ['guard r-1', 'handler r-1']);
        },
        { adapter },
      ),
  },
  {
    name: `${adapter}: what a guard has accepted fails the request that goes on`,
    run: (kafka, topic) =>
      serving(
        { imports: [producers(kafka, { name: 'audit', ...IMPATIENT })], ...guarded(topic, 'audit') },
        async (url) => {
          kafka.faults.onRequest('Produce', { topic, action: { errorCode: 'NOT_ENOUGH_REPLICAS' } });
          strictEqual((await fetch(url)).status, 503);
          strictEqual((await fetch(`${url}?deny=1`)).status, 403);
        },
        { adapter },
      ),
  },
  {
    name: `${adapter}: what middleware and a constructor have sent belongs to the request`,
    run: (kafka, topic) => {
      const { imported, ...metadata } = early(topic);
      const options = { requestScope: {}, propagateHeaders: ['x-id'] };
      return serving(
        { imports: [producers(kafka, options), imported], ...metadata },
        async (url) => {
          await heldUntilAcknowledged(kafka, topic, async () => {
            const response = await fetch(url, { headers: { 'x-id': 'r-1' } });
            strictEqual(await response.text(), 'answer');
          });
          deepStrictEqual(await headersIn(kafka, topic), ['constructor r-1', 'middleware r-1']);
        },
        { adapter },
      );
    },
  },
]);

const elsewhere: ScopeCase[] = [
  {
    name: 'the façade of a message knows its scope',
    run: (kafka, topic) => {
      @Controller()
      class AskedController {
        constructor(@Inject(RequestKafkaProducer) readonly kafka: RequestKafkaProducer) {}

        @KafkaScope()
        @MessagePattern('ask')
        async ask(@Payload() text: string): Promise<string> {
          await this.kafka.enqueue({ topic, value: text });
          return this.kafka.currentScope()!.origin;
        }
      }
      const strategy = new DirectTransport();
      const prepare = (app: Parameters<Parameters<typeof serving>[1]>[1]): void =>
        void app.connectMicroservice({ strategy });
      return serving(
        { imports: [producers(kafka)], controllers: [AskedController] },
        () =>
          heldUntilAcknowledged(kafka, topic, async () => strictEqual(await strategy.deliver('ask', 'text'), 'rpc')),
        { prepare },
      );
    },
  },
  {
    name: 'the façade of a GraphQL operation knows its headers',
    run: (kafka, topic) => {
      @Resolver()
      class AskedResolver {
        constructor(@Inject(RequestKafkaProducer) readonly kafka: RequestKafkaProducer) {}

        @Query('ask')
        async ask(): Promise<string> {
          await this.kafka.enqueue({ topic, value: 'query' });
          return this.kafka.currentScope()!.origin;
        }
      }
      const graphql = GraphQLModule.forRoot({ driver: PlainDriver, typeDefs: 'type Query { ask: String }' });
      const imports = [producers(kafka, { propagateHeaders: ['x-id'] }), graphql];
      return serving({ imports, providers: [AskedResolver] }, async (url) => {
        await heldUntilAcknowledged(kafka, topic, async () => {
          const response = await fetch(`${url}/graphql`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'x-id': 'r-1' },
            body: JSON.stringify({ query: '{ ask }' }),
          });
          deepStrictEqual(await response.json(), { data: { ask: 'graphql' } });
        });
        deepStrictEqual(await headersIn(kafka, topic), ['query r-1']);
      });
    },
  },
];

/** `RequestKafkaProducer`, wherever it may be asked before an interceptor has come. */
export const facadeScopes: readonly ScopeCase[] = [...overHttp, ...elsewhere];
