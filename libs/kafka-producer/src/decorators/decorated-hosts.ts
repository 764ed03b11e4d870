import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';

import { InvalidMethodError, UnboundMethodError } from '../errors/program.errors.js';
import { getKafkaProducerToken } from '../kafka-producer.tokens.js';
import { emitsNothingOnPurpose, emitsOf } from './emit-marks.js';
import type { EmitPlan } from './emit-plan.js';
import { fillProducerSlot, type EmitProducer } from './producer-slot.js';
import { provenSync } from './return-type.js';

/** One method that emits, as declared by one class of a host's prototype chain. */
interface EmittingMethod {
  readonly prototype: object;
  readonly name: string | symbol;
  readonly plans: readonly EmitPlan[];
}

interface Host {
  readonly prototype: object;
  /** Only of those Nest did not construct itself. */
  readonly instance: object | undefined;
}

/**
 * The providers and controllers of this application whose methods are decorated.
 *
 * Nest injects into what it constructs; this looks after the rest when the application starts.
 */
@Injectable()
export class DecoratedHosts {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  /** Binds instances that came from `useFactory` or `useValue`, where there is a producer of the name their decorators give. */
  bindInstances(): void {
    for (const { instance, plan } of this.unboundInstances()) {
      const producer = this.producer(plan.producer);
      if (producer !== undefined) fillProducerSlot(instance, plan.producer, producer);
    }
  }

  /**
   * @returns warnings
   * @throws UnboundMethodError when an instance needs a producer that no module provides
   * @throws InvalidMethodError when a decorated method is certainly not async
   */
  verify(): string[] {
    for (const { instance, method, plan } of this.unboundInstances()) {
      throw new UnboundMethodError({
        host: instance.constructor.name,
        method: String(method),
        reason: `no KafkaProducerModule is named '${plan.producer}'`,
        remedy: `Import KafkaProducerModule.forRoot({ name: '${plan.producer}', … }), or correct the name in the decorator.`,
      });
    }
    const prototypes = new Set(this.hosts().map(({ prototype }) => prototype));
    return [...prototypes].flatMap((prototype) => this.verifyClass(prototype));
  }

  private verifyClass(prototype: object): string[] {
    const warnings: string[] = [];
    for (const { prototype: declaring, name } of emittingMethods(prototype)) {
      const host = declaring.constructor.name;
      const type = provenSync(declaring, name);
      if (type !== undefined) {
        throw new InvalidMethodError({ host, method: String(name), reason: `it returns ${type}, which is no promise` });
      }
      const override = overriding(prototype, declaring, name);
      if (override === undefined || emitsOf(override, name) || emitsNothingOnPurpose(override, name)) continue;
      const { name: subclass } = override.constructor;
      warnings.push(
        `${subclass}.${String(name)}() overrides ${host}.${String(name)}() and emits nothing of its own. ` +
          'Repeat its @Emit, or mark the override with @NoEmit().',
      );
    }
    return warnings;
  }

  private unboundInstances(): { instance: object; method: string | symbol; plan: EmitPlan }[] {
    return this.hosts().flatMap(({ prototype, instance }) => {
      if (instance === undefined) return [];
      return emittingMethods(prototype).flatMap(({ name, plans }) =>
        plans
          .filter(({ slot }) => (instance as Record<symbol, unknown>)[slot] === undefined)
          .map((plan) => ({ instance, method: name, plan })),
      );
    });
  }

  private hosts(): Host[] {
    return [...this.discovery.getProviders(), ...this.discovery.getControllers()].flatMap((wrapper): Host[] => {
      if (wrapper.isAlias) return [];
      if (!wrapper.isNotMetatype && typeof wrapper.metatype === 'function') {
        const prototype = (wrapper.metatype as { prototype?: object }).prototype;
        return prototype === undefined ? [] : [{ prototype, instance: undefined }];
      }
      const instance: unknown = wrapper.isDependencyTreeStatic() ? wrapper.instance : undefined;
      if (typeof instance !== 'object' || instance === null) return [];
      const prototype = Object.getPrototypeOf(instance) as object | null;
      return prototype === null ? [] : [{ prototype, instance }];
    });
  }

  private producer(name: string): EmitProducer | undefined {
    try {
      return this.moduleRef.get(getKafkaProducerToken(name), { strict: false });
    } catch {
      return undefined;
    }
  }
}

/** Of the class and everything it inherits, the most derived first. */
function emittingMethods(host: object): EmittingMethod[] {
  const methods: EmittingMethod[] = [];
  for (
    let prototype: object | null = host;
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype) as object
  ) {
    for (const name of Reflect.ownKeys(prototype)) {
      const plans = emitsOf(prototype, name);
      if (plans !== undefined) methods.push({ prototype, name, plans });
    }
  }
  return methods;
}

/** The class between the host and the declaring one that has its own method of this name; the most derived one. */
function overriding(host: object, declaring: object, name: string | symbol): object | undefined {
  for (let prototype = host; prototype !== declaring; prototype = Object.getPrototypeOf(prototype) as object) {
    if (Object.hasOwn(prototype, name)) return prototype;
  }
  return undefined;
}
