import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

import { InvalidOptionsError } from './errors/program.errors.js';
import { AmbientUnits } from './transactions/propagation/ambient-units.js';
import { GIVEN_OPTIONS, RESOLVED_OPTIONS } from './kafka-producer.tokens.js';

/** One call of `forRoot()` or `forRootAsync()`, as a provider of the module it made. */
export class KafkaProducerRegistration {
  constructor(
    readonly name: string,
    /** File and line, where the runtime tells. */
    readonly calledAt: string,
  ) {}
}

/** On the container of the application, which all its modules have and no other application has. */
const AMBIENT = Symbol('nestjs-kafka-producer/ambient-units');

/** What happens once per application, however many modules it has. */
type SharedTask = 'bind' | 'verify';

/**
 * The modules of this application, as one of them sees them.
 *
 * Depends on nothing a user provides, so it is there even when a module's own parts would depend on the request.
 */
@Injectable()
export class RegisteredModules implements OnModuleInit {
  private readonly started = new Set<SharedTask>();
  private close: () => Promise<void> = () => Promise.resolve();

  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** @throws InvalidOptionsError when the options of a module depend on the request: Nest starts and ends nothing of such a module */
  onModuleInit(): Promise<void> {
    return this.closingAllOnFailure(() => this.assertStaticOptions());
  }

  /** Of all producers of this application: a record must not be sent by one of them inside a transaction of another one alone. */
  get ambient(): AmbientUnits {
    const shared = this.modules as { [AMBIENT]?: AmbientUnits };
    if (shared[AMBIENT] === undefined) Object.defineProperty(shared, AMBIENT, { value: new AmbientUnits() });
    return shared[AMBIENT]!;
  }

  /** How the producer of this module is closed. Never rejects. */
  onClose(close: () => Promise<void>): void {
    this.close = close;
  }

  /** True for the first module of the application that asks. */
  isFirstTo(task: SharedTask): boolean {
    if (this.all().some(({ started }) => started.has(task))) return false;
    this.started.add(task);
    return true;
  }

  /** Nest runs no shutdown hooks for an application that did not start, so a step of ours that fails closes the producers of all modules. */
  async closingAllOnFailure(step: () => void | Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      await Promise.all(this.all().map((module) => module.close()));
      throw error;
    }
  }

  /** @throws InvalidOptionsError when another module has this name too: decorators and injections could mean either */
  assertUnique(name: string): void {
    const places = this.registrations().filter((registration) => registration.name === name);
    if (places.length < 2) return;
    const message = `${places.length} modules are named '${name}': ${places.map((place) => this.describe(place)).join(' and ')}; give all but one another name`;
    throw new InvalidOptionsError({ module: name, problems: [{ path: 'name', message }] });
  }

  private assertStaticOptions(): void {
    for (const { providers } of this.modules.values()) {
      const registration: unknown = providers.get(KafkaProducerRegistration)?.instance;
      if (!(registration instanceof KafkaProducerRegistration)) continue;
      if (providers.get(RESOLVED_OPTIONS)?.isDependencyTreeStatic() !== false) continue;
      const scoped = providers
        .get(GIVEN_OPTIONS)
        ?.getCtorMetadata()
        ?.find((each) => !each.isDependencyTreeStatic());
      const through = scoped === undefined ? '' : ` (through ${String(scoped.name)})`;
      const message =
        `its options depend on the request${through}, which would make a producer per request that nothing closes; make them from singletons. ` +
        'Where the cluster depends on the request, register a module with a name for each, and choose among getKafkaProducerToken(name) in a REQUEST-scoped provider';
      throw new InvalidOptionsError({ module: registration.name, problems: [{ path: 'forRootAsync', message }] });
    }
  }

  private all(): RegisteredModules[] {
    return this.instancesOf(RegisteredModules);
  }

  private registrations(): KafkaProducerRegistration[] {
    return this.instancesOf(KafkaProducerRegistration);
  }

  private instancesOf<T extends object>(type: new (...args: never[]) => T): T[] {
    return [...this.modules.values()].flatMap(({ providers }) => {
      const instance: unknown = providers.get(type)?.instance;
      return instance instanceof type ? [instance] : [];
    });
  }

  private describe(registration: KafkaProducerRegistration): string {
    const importers = [...this.modules.values()]
      .map(({ metatype }) => metatype)
      .filter((type) => imports(type, registration));
    const importedBy = importers.map(({ name }) => name).join(', ');
    return [importedBy === '' ? 'one' : `one in ${importedBy}`, registration.calledAt]
      .filter((part) => part !== '')
      .join(' ');
  }
}

/** By its decorator: at run time every module imports every global one. */
function imports(module: object, registration: KafkaProducerRegistration): boolean {
  const imported = (Reflect.getMetadata('imports', module) ?? []) as readonly { providers?: readonly unknown[] }[];
  return imported.some((entry) =>
    entry?.providers?.some((provider) => (provider as { useValue?: unknown }).useValue === registration),
  );
}
