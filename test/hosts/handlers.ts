import { Injectable, type Type } from '@nestjs/common';
import {
  CommandBus,
  CommandHandler,
  CqrsModule,
  EventBus,
  EventsHandler,
  type ICommandHandler,
  type IEventHandler,
} from '@nestjs/cqrs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ownMetadata, type At, type Host, type HostKind } from './host.js';

/** Handlers of @nestjs/cqrs. */
export const cqrsHandlers: readonly HostKind[] = [
  { name: 'CQRS command handler', declare: commandHandler },
  { name: 'CQRS event handler', declare: eventHandler },
];

function commandHandler(at: At): Host {
  class Greet {
    constructor(readonly text: string) {}
  }
  @CommandHandler(Greet)
  class GreetHandler implements ICommandHandler<Greet, string> {
    @ownMetadata(at)
    async execute({ text }: Greet): Promise<string> {
      return `hello ${text}`;
    }
  }
  return {
    module: () => withCqrs(GreetHandler),
    call: (app, text) => app.get(CommandBus).execute<Greet, string>(new Greet(text)),
    method: () => Reflect.get(GreetHandler.prototype, 'execute'),
  };
}

function eventHandler(at: At): Host {
  class Met {
    constructor(
      readonly text: string,
      /** Nobody waits for the handlers of an event. */
      readonly handled: (answer: string) => void,
    ) {}
  }
  @EventsHandler(Met)
  @Injectable()
  class MetHandler implements IEventHandler<Met> {
    @ownMetadata(at)
    async handle({ text, handled }: Met): Promise<string> {
      handled(`hello ${text}`);
      return `hello ${text}`;
    }
  }
  return {
    module: () => withCqrs(MetHandler),
    call: async (app, text) => {
      const answer = await new Promise((handled) => void app.get(EventBus).publish(new Met(text, handled)));
      await nextTurn(); // the handler has returned and its record is with the producer, whose closing delivers it
      return answer;
    },
    method: () => Reflect.get(MetHandler.prototype, 'handle'),
  };
}

function withCqrs(handler: Type): ReturnType<Host['module']> {
  return { imports: [CqrsModule.forRoot()], providers: [handler] };
}
