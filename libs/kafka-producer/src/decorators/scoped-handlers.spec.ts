import { Controller, Get, Next, Res, Sse, type ModuleMetadata, type Type } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { of, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { InvalidMethodError } from '../errors/program.errors.js';
import { KafkaScope } from '../scope/kafka-scope.decorator.js';
import { Emit } from './emit.decorator.js';
import { ExactlyOnce } from './exactly-once.decorator.js';
import { warningsOf, type Options } from './spec-support/warnings-of.js';
import { Transactional } from './transactional.decorator.js';

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
  @Controller()
  class ConsumesExactlyOnce {
    @ExactlyOnce()
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
    ['it is the unit of its message', controllers(ConsumesExactlyOnce), {}, []],
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
