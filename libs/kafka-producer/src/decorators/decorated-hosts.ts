import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';

import { getKafkaProducerToken } from '../kafka-producer.tokens.js';
import type { MethodPlan } from './method-plans.js';
import { emittingMethods, type EmittingMethod } from './emitting-methods.js';
import { exactlyOnceProblems, type RpcTarget } from './exactly-once-problems.js';
import { droppedEmits, methodProblems, noProducer, throwProblems, type HostProblem } from './host-problems.js';
import { clearProducerSlot, fillProducerSlot, type EmitProducer } from './producer-slot.js';
import { scopedModules } from '../scope/scoped-module.js';
import { scopedHandlerProblems, uncoveredHandlers } from './scoped-handlers.js';
import { isThenable } from '../support/thenable.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

interface Binding {
  readonly instance: object;
  readonly name: string;
  readonly producer: EmitProducer;
}

/**
 * The providers, controllers, guards, pipes, interceptors and filters of this application whose methods are decorated.
 *
 * Nest injects into what it constructs; this looks after the rest when the application starts. Modules that are loaded later are not seen: what a
 * factory makes there has to be bound by hand.
 */
@Injectable()
export class DecoratedHosts {
  private readonly bindings: Binding[] = [];
  /** By prototype: factories may make an instance per request. */
  private readonly methods = new WeakMap<object, readonly EmittingMethod[]>();

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost | undefined,
  ) {}

  /** Binds what came from `useValue` or `useFactory`, and what factories of other scopes will make, where there is a producer of the name. */
  bindInstances(): void {
    for (const wrapper of this.madeElsewhere()) {
      for (const instance of instancesOf(wrapper)) {
        for (const { plan } of this.unboundMethods(instance)) {
          const producer = this.producer(plan.producer);
          if (producer === undefined) continue;
          fillProducerSlot(instance, plan.producer, producer);
          this.bindings.push({ instance, name: plan.producer, producer });
        }
      }
      if (isMadeLater(wrapper)) this.bindWhatComes(wrapper);
    }
  }

  /** A value that outlives this application must not keep its closed producer. */
  unbindInstances(): void {
    for (const { instance, name, producer } of this.bindings.splice(0)) clearProducerSlot(instance, name, producer);
  }

  /**
   * Finds all problems of the application before it tells any.
   *
   * @returns warnings
   * @throws UnboundMethodError when an instance needs a producer that it cannot get
   * @throws InvalidMethodError when a decorated method is certainly not async, its decorators could not be merged, or a handler can have no scope or would
   * not be exactly once
   */
  verify(): string[] {
    const prototypes = [...this.prototypes()];
    const hasHttp = this.http?.httpAdapter !== undefined && this.http.httpAdapter !== null;
    const scoping = { modules: scopedModules(this.modules), hasHttp };
    throwProblems([
      ...this.madeElsewhere()
        .flatMap(instancesOf)
        .flatMap((instance) => this.missingProducers(instance)),
      ...prototypes.flatMap(methodProblems),
      ...prototypes.flatMap((prototype) => scopedHandlerProblems(prototype, scoping)),
      ...exactlyOnceProblems(this.prototypes(this.discovery.getControllers()), this.rpcTargets()),
    ]);
    return prototypes.flatMap((prototype) => [...droppedEmits(prototype), ...uncoveredHandlers(prototype, scoping)]);
  }

  /** @throws InvalidTopicError when a contract of a decorated method cannot validate */
  async prepareContracts(): Promise<void> {
    const methods = [...this.prototypes()].flatMap((prototype) => emittingMethods(prototype));
    await Promise.all(methods.flatMap(({ plans }) => plans.map((plan) => plan.prepare())));
  }

  private bindWhatComes(wrapper: Wrapper): void {
    const make = wrapper.metatype as (...dependencies: unknown[]) => unknown;
    wrapper.metatype = (...dependencies: unknown[]): unknown => {
      const made = make(...dependencies);
      return isThenable(made) ? made.then((instance) => this.bound(instance)) : this.bound(made);
    };
  }

  private bound(made: unknown): unknown {
    if (!isObject(made)) return made;
    for (const { plan } of this.unboundMethods(made)) {
      const producer = this.producer(plan.producer);
      if (producer !== undefined) fillProducerSlot(made, plan.producer, producer);
    }
    throwProblems(this.missingProducers(made));
    return made;
  }

  private missingProducers(instance: object): HostProblem[] {
    return this.unboundMethods(instance).map(({ method, plan }) => {
      const token = getKafkaProducerToken(plan.producer);
      const isScoped = this.discovery.getProviders().some((wrapper) => wrapper.token === token);
      return noProducer(instance.constructor.name, String(method), plan.producer, isScoped);
    });
  }

  private unboundMethods(instance: object): { method: string | symbol; plan: MethodPlan }[] {
    const prototype = Object.getPrototypeOf(instance) as object | null;
    if (prototype === null) return [];
    const methods = this.methods.get(prototype) ?? emittingMethods(prototype);
    this.methods.set(prototype, methods);
    return methods.flatMap(({ name, plans }) =>
      plans
        .filter(({ slot }) => (instance as Record<symbol, unknown>)[slot] === undefined)
        .map((plan) => ({ method: name, plan })),
    );
  }

  private wrappers(): Wrapper[] {
    const enhancers = [...this.modules.values()].flatMap(({ injectables }) => [...injectables.values()]);
    return [...this.discovery.getProviders(), ...this.discovery.getControllers(), ...enhancers].filter(
      ({ isAlias }) => !isAlias,
    );
  }

  /** Not constructed by Nest, so nothing was injected. */
  private madeElsewhere(): Wrapper[] {
    return this.wrappers().filter(({ isNotMetatype }) => isNotMetatype);
  }

  private prototypes(wrappers = this.wrappers()): Set<object> {
    const prototypes = wrappers.flatMap((wrapper): (object | null | undefined)[] =>
      wrapper.isNotMetatype
        ? instancesOf(wrapper).map((instance) => Object.getPrototypeOf(instance) as object | null)
        : [(wrapper.metatype as { prototype?: object } | null)?.prototype],
    );
    return new Set(prototypes.filter(isObject));
  }

  /** The servers of the microservices that are connected by now. */
  private rpcTargets(): RpcTarget[] {
    const targets: RpcTarget[] = [];
    this.modules
      .getRpcTargetRegistry<RpcTarget>()
      .subscribe((target) => targets.push(target))
      .unsubscribe(); // what there is comes at once
    return targets;
  }

  private producer(name: string): EmitProducer | undefined {
    try {
      return this.moduleRef.get(getKafkaProducerToken(name), { strict: false });
    } catch {
      return undefined;
    }
  }
}

/** Those that are there when the application starts. */
function instancesOf(wrapper: Wrapper): object[] {
  const instances: unknown[] = wrapper.isTransient
    ? wrapper.getStaticTransientInstances().map((host) => host?.instance as unknown)
    : [wrapper.isDependencyTreeStatic() ? (wrapper.instance as unknown) : undefined];
  return instances.filter(isObject);
}

function isMadeLater(wrapper: Wrapper): boolean {
  return wrapper.isFactory && (wrapper.isTransient || !wrapper.isDependencyTreeStatic());
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
