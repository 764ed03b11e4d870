import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

import { InvalidOptionsError } from './errors/program.errors.js';

/** One call of `forRoot()` or `forRootAsync()`, as a provider of the module it made. */
export class KafkaProducerRegistration {
  constructor(
    readonly name: string,
    /** File and line, where the runtime tells. */
    readonly calledAt: string,
  ) {}
}

/** Finds the registrations of this application. */
@Injectable()
export class RegisteredModules {
  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** @throws InvalidOptionsError when another module has this name too: decorators and injections could mean either */
  assertUnique(name: string): void {
    const places = this.registrations().filter((registration) => registration.name === name);
    if (places.length < 2) return;
    const message = `${places.length} modules are named '${name}': ${places.map((place) => this.describe(place)).join(' and ')}; give all but one another name`;
    throw new InvalidOptionsError({ module: name, problems: [{ path: 'name', message }] });
  }

  private registrations(): KafkaProducerRegistration[] {
    return [...this.modules.values()].flatMap((module) => {
      const instance: unknown = module.providers.get(KafkaProducerRegistration)?.instance;
      return instance instanceof KafkaProducerRegistration ? [instance] : [];
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
