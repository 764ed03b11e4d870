import { Controller, UseGuards, type INestApplication } from '@nestjs/common';
import { BaseRpcContext, EventPattern, MessagePattern, Payload, Server } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { NotDenied } from './guard.js';
import type { At, Host, HostKind } from './host.js';

/** Handlers of @nestjs/microservices. */
export const messageHandlers: readonly HostKind[] = [
  { name: 'message handler', declare: (at) => handler(at, MessagePattern('hello')) },
  { name: 'event handler', declare: (at) => handler(at, EventPattern<string>('hello')) },
];

/** A transport without a network: a message is a call. */
export class DirectTransport extends Server {
  listen(callback: () => void): void {
    callback();
  }

  close(): void {}

  on(): void {}

  unwrap<T>(): T {
    return this as unknown as T;
  }

  async deliver(pattern: string, data: unknown): Promise<unknown> {
    const handle = this.getHandlerByPattern(pattern);
    if (handle === null) throw new Error(`nothing handles '${pattern}'`);
    return lastValueFrom(this.transformToObservable(await handle(data, new BaseRpcContext([]))));
  }
}

function handler(at: At, pattern: MethodDecorator): Host {
  @Controller()
  class GreetingsController {
    @at(pattern, UseGuards(NotDenied))
    async hello(@Payload() text: string): Promise<string> {
      return `hello ${text}`;
    }
  }
  const transports = new WeakMap<INestApplication, DirectTransport>();
  return {
    isGuarded: true,
    module: () => ({ controllers: [GreetingsController] }),
    prepare: (app) => {
      const strategy = new DirectTransport();
      transports.set(app, strategy);
      app.connectMicroservice({ strategy });
    },
    call: (app, text) => transports.get(app)!.deliver('hello', text),
  };
}
