import { Injectable, Module, Scope, type ModuleMetadata, type Type } from '@nestjs/common';
import { ContextIdFactory, LazyModuleLoader, type ContextId, type ContextIdStrategy } from '@nestjs/core';
import { bindKafkaProducer, KafkaProducerService } from 'nestjs-kafka-producer';
import { ownMetadata, type At, type Host, type HostKind } from './host.js';

interface Greeter {
  greet(text: string): Promise<string>;
}

function greeter(at: At): Type<Greeter> {
  class PlainGreeter {
    @ownMetadata(at)
    async greet(text: string): Promise<string> {
      return `hello ${text}`;
    }
  }
  return PlainGreeter;
}

/** Providers, and instances that come into being otherwise. */
export const providers: readonly HostKind[] = [
  { name: 'singleton', declare: (at) => provider(injectable(greeter(at))) },
  {
    name: 'REQUEST provider',
    declare: (at) =>
      host(injectable(greeter(at), Scope.REQUEST), async (type, app) => app.resolve(type, ContextIdFactory.create())),
  },
  {
    name: 'TRANSIENT provider',
    declare: (at) => host(injectable(greeter(at), Scope.TRANSIENT), async (type, app) => app.resolve(type)),
  },
  { name: 'durable provider', declare: durable },
  {
    name: 'subclass',
    declare: (at) => {
      class Heir extends greeter(at) {}
      return provider(injectable(Heir));
    },
  },
  { name: 'abstract base', declare: abstractBase },
  {
    name: 'mixin',
    declare: (at) => {
      class Plain {}
      return provider(injectable(greeting(Plain, at)));
    },
  },
  { name: 'self-call', declare: selfCall },
  {
    name: 'useFactory',
    declare: (at) => made(greeter(at), (type) => ({ provide: 'greeter', useFactory: async () => new type() })),
  },
  {
    name: 'useValue',
    declare: (at) => made(greeter(at), (type) => ({ provide: 'greeter', useValue: new type() })),
  },
  {
    name: 'useClass',
    declare: (at) => made(injectable(greeter(at)), (type) => ({ provide: 'greeter', useClass: type })),
  },
  { name: 'lazy module', declare: lazyModule },
  {
    name: 'new and bindKafkaProducer()',
    declare: (at) => ({
      ...host(greeter(at), (type, app) => bindKafkaProducer(new type(), app.get(KafkaProducerService))),
      module: () => ({}),
    }),
  },
];

function injectable<T extends Type>(type: T, scope: Scope = Scope.DEFAULT): T {
  Injectable({ scope })(type);
  return type;
}

function host(type: Type<Greeter>, find: (type: Type<Greeter>, ...of: Parameters<Host['call']>) => unknown): Host {
  return {
    module: () => ({ providers: [type] }),
    call: async (app, text) => ((await find(type, app, text)) as Greeter).greet(text),
    method: () => Reflect.get(type.prototype as object, 'greet') as object,
  };
}

function provider(type: Type<Greeter>): Host {
  return host(type, (_type, app) => app.get(type));
}

type Provider = NonNullable<ModuleMetadata['providers']>[number];

function made(type: Type<Greeter>, recipe: (type: Type<Greeter>) => Provider): Host {
  return {
    ...host(type, (_type, app) => app.get('greeter')),
    module: () => ({ providers: [recipe(type)] }),
  };
}

/** One tree of durable providers for each tenant. */
class TenantContexts implements ContextIdStrategy {
  readonly #tenants = new Map<string, ContextId>();

  attach(contextId: ContextId, request: { tenant?: string }): ReturnType<ContextIdStrategy['attach']> {
    const { tenant } = request;
    if (tenant === undefined) return () => contextId;
    const shared = this.#tenants.get(tenant) ?? ContextIdFactory.create();
    this.#tenants.set(tenant, shared);
    return { resolve: ({ isTreeDurable }) => (isTreeDurable ? shared : contextId), payload: { tenant } };
  }
}

function durable(at: At): Host {
  const type = greeter(at);
  Injectable({ scope: Scope.REQUEST, durable: true })(type);
  return host(type, async (_type, app, tenant) => {
    ContextIdFactory.apply(new TenantContexts());
    const [first, second] = [
      await app.resolve(type, ContextIdFactory.getByRequest({ tenant })),
      await app.resolve(type, ContextIdFactory.getByRequest({ tenant })),
    ];
    if (first !== second) throw new Error('two requests of one tenant got two instances');
    return second;
  });
}

function abstractBase(at: At): Host {
  abstract class Base {
    protected abstract word(): string;

    @ownMetadata(at)
    async greet(text: string): Promise<string> {
      return `${this.word()} ${text}`;
    }
  }
  class Concrete extends Base {
    protected word(): string {
      return 'hello';
    }
  }
  return provider(injectable(Concrete));
}

function greeting(Base: Type, at: At): Type<Greeter> {
  class Greeting extends Base {
    @ownMetadata(at)
    async greet(text: string): Promise<string> {
      return `hello ${text}`;
    }
  }
  return Greeting;
}

function selfCall(at: At): Host {
  class Outer {
    async greet(text: string): Promise<string> {
      return this.inner(text);
    }

    @ownMetadata(at)
    private async inner(text: string): Promise<string> {
      return `hello ${text}`;
    }
  }
  return {
    ...provider(injectable(Outer)),
    method: () => Reflect.get(Outer.prototype, 'inner') as object,
  };
}

function lazyModule(at: At): Host {
  const type = injectable(greeter(at));
  class LazyModule {}
  Module({ providers: [type] })(LazyModule);
  return {
    ...host(type, async (_type, app) => (await app.get(LazyModuleLoader).load(() => LazyModule)).get(type)),
    module: () => ({}),
  };
}
