import {
  Controller,
  Get,
  Header,
  Query,
  Scope,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type ExceptionFilter,
  type INestApplication,
} from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { WsAdapter } from '@nestjs/platform-ws';
import { strictEqual } from 'node:assert';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { NotDenied } from './guard.js';
import type { At, Host, HostKind } from './host.js';

/** What answers over HTTP and WebSockets. */
export const endpoints: readonly HostKind[] = [
  { name: 'controller', declare: (at) => controller(at, Scope.DEFAULT) },
  { name: 'REQUEST controller', declare: (at) => controller(at, Scope.REQUEST) },
  { name: 'WebSocket gateway', declare: gateway },
];

function controller(at: At, scope: Scope): Host {
  @Controller({ path: 'greetings', scope })
  class GreetingsController {
    @UseGuards(NotDenied)
    @at(Get('hello'), Header('x-own', 'kept'))
    async hello(@Query('text') text: string): Promise<string> {
      return `hello ${text}`;
    }
  }
  return {
    isGuarded: true,
    module: () => ({ controllers: [GreetingsController] }),
    call: async (app, text) => {
      const response = await fetch(`${addressOf(app)}/greetings/hello?text=${text}`);
      const answer = await response.text();
      if (response.status === 403) throw new Error(answer);
      strictEqual(response.headers.get('x-own'), 'kept');
      return answer;
    },
  };
}

/** Nest's own filter tells a client of socket.io, in Nest 11 not one of ws. */
class TellClient implements ExceptionFilter<Error> {
  catch({ message }: Error, host: ArgumentsHost): void {
    host
      .switchToWs()
      .getClient<WebSocket>()
      .send(JSON.stringify({ refused: message }));
  }
}

function gateway(at: At): Host {
  @UseFilters(new TellClient())
  @WebSocketGateway({ path: '/greetings' })
  class GreetingsGateway {
    @at(SubscribeMessage('hello'), UseGuards(NotDenied))
    async hello(@MessageBody() text: string): Promise<string> {
      return `hello ${text}`;
    }
  }
  return {
    isGuarded: true,
    module: () => ({ providers: [GreetingsGateway] }),
    prepare: (app) => void app.useWebSocketAdapter(new WsAdapter(app)),
    call: async (app, text) => {
      const socket = new WebSocket(`${addressOf(app)}/greetings`);
      await once(socket, 'open');
      socket.send(JSON.stringify({ event: 'hello', data: text }));
      const [answer] = (await once(socket, 'message')) as [Buffer];
      socket.close();
      await once(socket, 'close');
      const told: unknown = JSON.parse(answer.toString());
      if (typeof told === 'object') throw new Error(answer.toString());
      return told;
    },
  };
}

export function addressOf(app: INestApplication): string {
  const { port } = (app.getHttpServer() as { address(): { port: number } }).address();
  return `http://127.0.0.1:${port}`;
}
