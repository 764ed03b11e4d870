import { Controller, Get, Injectable, Logger, Next, Res, Sse, type ModuleMetadata, type Type } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { WsAdapter } from '@nestjs/platform-ws';
import { of, type Observable } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';

import { InvalidMethodError } from '../errors/program.errors.js';
import { KafkaProducerModule } from '../kafka-producer.module.js';
import type { KafkaProducerOptions } from '../options/module.options.js';
import { KafkaScope } from '../scope/kafka-scope.decorator.js';
import { inMemoryKafka } from '../testing/in-memory-kafka.js';
import { Emit } from './emit.decorator.js';
import { client } from './spec-support/fake-parts.js';
import { Transactional } from './transactional.decorator.js';

type Options = Omit<KafkaProducerOptions, 'client'> & { readonly name?: string };

/** Starts an application over HTTP. @returns its warnings */
async function warningsOf(metadata: ModuleMetadata, ...options: Options[]): Promise<string[]> {
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

function controllers(...types: Type[]): ModuleMetadata {
  return { controllers: types };
}

@Controller()
class ByItself {
  @Get()
  answer(@Res() response: { send(body: string): void }): void {
    response.send('x');
  }
}

@Controller()
class Passes {
  @Get()
  answer(@Next() next: () => void): void {
    next();
  }
}

@Controller()
class PassesThrough {
  @Get()
  @Emit('orders', { waitFor: 'scope' })
  async answer(@Res({ passthrough: true }) _response: object): Promise<string> {
    return 'x';
  }
}

@Controller()
class Streams {
  @Sse()
  stream(): Observable<{ data: string }> {
    return of({ data: 'x' });
  }
}

@WebSocketGateway()
class Gateway {
  @SubscribeMessage('hello')
  hello(@MessageBody() text: string): string {
    return text;
  }
}

@Controller()
class EmitsByItself {
  @Get()
  @Emit('orders', { waitFor: 'scope' })
  async answer(@Res() response: { send(body: string): void }): Promise<string> {
    response.send('x');
    return 'x';
  }
}

/** What is allowed everywhere, after all of its handlers have been taken out. */
@KafkaScope({ transactional: false })
class Excepted extends ByItself {
  @Sse('stream')
  stream(): Observable<{ data: string }> {
    return of({ data: 'x' });
  }
}
Controller()(Excepted);

describe('what no unit can hold is refused at bootstrap', () => {
  const unit: Options = { requestScope: { transactional: true } };

  it.each<[string, ModuleMetadata, string]>([
    ['@Res() without passthrough', controllers(ByItself), 'ByItself.answer cannot be decorated: it answers by itself'],
    ['@Next()', controllers(Passes), 'Passes.answer cannot be decorated: it answers by itself'],
    ['SSE', controllers(Streams), 'Streams.stream cannot be decorated: it is a stream'],
    ['WebSockets', { providers: [Gateway] }, 'Gateway.hello cannot be decorated: it is a stream'],
  ])('%s', async (_title, metadata, message) => {
    const start = warningsOf(metadata, unit);
    await expect(start).rejects.toThrow(InvalidMethodError);
    await expect(start).rejects.toThrow(message);
    await expect(start).rejects.toThrow('@KafkaScope({ transactional: false })');
  });

  it('by its own decorator too', async () => {
    class Marked extends Streams {}
    KafkaScope({ transactional: true })(Marked);
    Controller()(Marked);
    await expect(warningsOf(controllers(Marked))).rejects.toThrow('Marked.stream cannot be decorated: it is a stream');
  });

  it.each<[string, ModuleMetadata, Options]>([
    ['without transactional', { controllers: [ByItself, Streams], providers: [Gateway] }, { requestScope: {} }],
    ['with passthrough', controllers(PassesThrough), unit],
    ['when it is excepted', controllers(Excepted), unit],
  ])('and nothing %s', async (_title, metadata, options) => {
    await expect(warningsOf(metadata, options)).resolves.toEqual([]);
  });
});

it('an emit that waits for a scope is refused where the handler answers by itself', async () => {
  await expect(warningsOf(controllers(EmitsByItself))).rejects.toThrow(
    "EmitsByItself.answer cannot be decorated: it answers by itself, with @Res() or @Next(), so nothing can wait for what it emits with waitFor: 'scope'",
  );
});

describe('@KafkaScope()', () => {
  const marked = (options: Parameters<typeof KafkaScope>[0]): Type => {
    @Controller()
    class Marked {
      @Get()
      @KafkaScope(options)
      get(): void {}
    }
    return Marked;
  };

  it('is refused with the name of a producer that is none', async () => {
    await expect(warningsOf(controllers(marked({ producer: 'audit' })))).rejects.toThrow(
      "Marked.get cannot be decorated: its @KafkaScope names the producer 'audit', and no KafkaProducerModule is named so",
    );
  });

  it('is refused when it does not say whose unit it is', async () => {
    const producers: Options[] = [{ name: 'one' }, { name: 'two' }];
    await expect(warningsOf(controllers(marked({ transactional: true })), ...producers)).rejects.toThrow(
      'its @KafkaScope is transactional, and there are several producers',
    );
    await expect(warningsOf(controllers(marked({ transactional: true })), producers[0]!)).resolves.toEqual([]);
  });

  it('is a warning on what is no handler', async () => {
    @Injectable()
    class Service {
      @KafkaScope()
      work(): void {}
    }
    await expect(warningsOf({ providers: [Service] })).resolves.toEqual([
      expect.stringContaining('@KafkaScope() on Service.work() opens no scope') as string,
    ]);
  });

  it.each<[string, unknown, string]>([
    ['text', 'x', "of its @KafkaScope it was given 'x', not options"],
    ['an unknown option', { transaction: true }, "it has 'transaction', which has no effect"],
    ['a wrong one', { transactional: 1 }, 'it has transactional: 1'],
    ['no name', { producer: '' }, "it has producer: ''"],
  ])('is refused while the class is defined: %s', (_title, options, message) => {
    expect(() => marked(options as object)).toThrow(message);
  });

  it('is refused on a static method', () => {
    const descriptor = { value: () => {} } as unknown as TypedPropertyDescriptor<never>;
    expect(() => KafkaScope()(class Marked {}, 'make', descriptor)).toThrow('no method of an instance');
  });
});

describe("a handler whose waitFor: 'scope' acts as 'ack' is a warning", () => {
  @Controller()
  class Emits {
    @Get()
    @Emit('orders', { waitFor: 'scope' })
    async get(): Promise<string> {
      return 'x';
    }
  }
  @Controller()
  class Consumes {
    @EventPattern('orders')
    @Emit('orders', { waitFor: 'scope' })
    async consume(_event: unknown): Promise<string> {
      return 'x';
    }
  }
  @Controller()
  class ConsumesInScope {
    @KafkaScope()
    @EventPattern('orders')
    @Emit('orders', { waitFor: 'scope' })
    async consume(_event: unknown): Promise<string> {
      return 'x';
    }
  }
  @Controller()
  class ConsumesInUnit {
    @Transactional()
    @EventPattern('orders')
    @Emit('orders', { waitFor: 'scope' })
    async consume(_event: unknown): Promise<string> {
      return 'x';
    }
  }
  @WebSocketGateway()
  class EmitsFromSocket {
    @SubscribeMessage('hello')
    @Emit('orders', { waitFor: 'scope' })
    async hello(): Promise<string> {
      return 'x';
    }
  }

  it.each<[string, ModuleMetadata, Options, string[]]>([
    [
      'nothing opens one',
      controllers(Emits),
      {},
      ["Emits.get() emits with waitFor: 'scope', which acts as 'ack' there: nothing opens"],
    ],
    ['the application has one', controllers(Emits), { requestScope: {} }, []],
    [
      'its messages may not have it',
      controllers(Consumes),
      { requestScope: {} },
      ["Consumes.consume() emits with waitFor: 'scope', which acts as 'ack' there unless connectMicroservice()"],
    ],
    ['its messages have one', controllers(ConsumesInScope), {}, []],
    ['it is a unit anyway', controllers(ConsumesInUnit), {}, []],
    [
      'a socket has none',
      { providers: [EmitsFromSocket] },
      { requestScope: {} },
      ["EmitsFromSocket.hello() emits with waitFor: 'scope', which acts as 'ack' there: streams open no scope"],
    ],
  ])('%s', async (_title, metadata, options, expected) => {
    const warnings = await warningsOf(metadata, options);
    expect(warnings).toEqual(expected.map((text) => expect.stringContaining(text) as string));
  });
});
