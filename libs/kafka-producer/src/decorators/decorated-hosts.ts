import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';

import { InvalidMethodError, UnboundMethodError } from '../errors/program.errors.js';
import { getKafkaProducerToken } from '../kafka-producer.tokens.js';
import { emitsNothingOnPurpose, emitsOf } from './emit-marks.js';
import type { EmitPlan } from './emit-plan.js';
import { emittingMethods, overriding, type EmittingMethod } from './emitting-methods.js';
import { clearProducerSlot, fillProducerSlot, type EmitProducer } from './producer-slot.js';
import { provenSync } from './return-type.js';
import { isThenable } from './thenable.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

interface Binding {
  readonly instance: object;
  readonly name: string;
  readonly producer: EmitProducer;
}

/**
 * The providers and controllers of this application whose methods are decorated.
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
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
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
   * @returns warnings
   * @throws UnboundMethodError when an instance needs a producer that it cannot get
   * @throws InvalidMethodError when a decorated method is certainly not async
   */
  verify(): string[] {
    for (const instance of this.madeElsewhere().flatMap(instancesOf)) this.assertBound(instance);
    return [...this.prototypes()].flatMap((prototype) => this.verifyClass(prototype));
  }

  private verifyClass(prototype: object): string[] {
    const warnings: string[] = [];
    for (const { prototype: declaring, name } of emittingMethods(prototype)) {
      const host = declaring.constructor.name;
      const method = String(name);
      const type = provenSync(declaring, name);
      if (type !== undefined) {
        throw new InvalidMethodError({ host, method, reason: `it returns ${type}, which is no promise` });
      }
      const override = overriding(prototype, declaring, name);
      if (override === undefined || emitsOf(override, name) || emitsNothingOnPurpose(override, name)) continue;
      warnings.push(
        `${override.constructor.name}.${method}() overrides ${host}.${method}() and emits nothing of its own. ` +
          `Repeat its @Emit, or mark the override with @NoEmit(): when that is meant, or when it calls super.${method}(), which emits already.`,
      );
    }
    return warnings;
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
    this.assertBound(made);
    return made;
  }

  private assertBound(instance: object): void {
    const [first] = this.unboundMethods(instance);
    if (first === undefined) return;
    const { producer: name } = first.plan;
    const where = { host: instance.constructor.name, method: String(first.method) };
    const token = getKafkaProducerToken(name);
    const isScoped = this.discovery.getProviders().some((wrapper) => wrapper.token === token);
    throw new UnboundMethodError(
      isScoped
        ? {
            ...where,
            reason: `its producer '${name}' is request-scoped, and an instance from useFactory or useValue belongs to no request`,
            remedy: `Let Nest construct ${where.host}, so that each request gets one with its own producer.`,
          }
        : {
            ...where,
            reason: `no KafkaProducerModule is named '${name}'`,
            remedy: `Import KafkaProducerModule.forRoot({ name: '${name}', … }), or correct the name in the decorator.`,
          },
    );
  }

  private unboundMethods(instance: object): { method: string | symbol; plan: EmitPlan }[] {
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
    return [...this.discovery.getProviders(), ...this.discovery.getControllers()].filter(({ isAlias }) => !isAlias);
  }

  /** Not constructed by Nest, so nothing was injected. */
  private madeElsewhere(): Wrapper[] {
    return this.wrappers().filter(({ isNotMetatype }) => isNotMetatype);
  }

  private prototypes(): Set<object> {
    const prototypes = this.wrappers().flatMap((wrapper): (object | null | undefined)[] =>
      wrapper.isNotMetatype
        ? instancesOf(wrapper).map((instance) => Object.getPrototypeOf(instance) as object | null)
        : [(wrapper.metatype as { prototype?: object } | null)?.prototype],
    );
    return new Set(prototypes.filter(isObject));
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
