import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Observable } from 'rxjs';

import { UnboundMethodError } from '../errors/program.errors.js';
import { handlerTraits, type HandlerTraits } from './handler-traits.js';
import { enter, isTransactional } from './request-entry.js';
import { scopedModules, SCOPED_MODULE, unitOwner, type ScopedModule } from './scoped-module.js';

/** What decorators say does not change while the application runs. */
class TraitsCache {
  readonly #byType = new WeakMap<Function, WeakMap<Function, HandlerTraits>>();

  of(context: ExecutionContext): HandlerTraits {
    const type = context.getClass();
    const handler = context.getHandler();
    let byHandler = this.#byType.get(type);
    if (byHandler === undefined) this.#byType.set(type, (byHandler = new WeakMap()));
    let traits = byHandler.get(handler);
    if (traits === undefined) byHandler.set(handler, (traits = handlerTraits(type, handler)));
    return traits;
  }
}

/**
 * Opens a scope around a handler: `@KafkaScope()` puts it there, `requestScope` around all of the application.
 *
 * The scopes are those of all producer modules of the application, unless the decorator names one.
 */
@Injectable()
export class KafkaScopeInterceptor implements NestInterceptor {
  private readonly traits = new TraitsCache();
  private scoped: readonly ScopedModule[] | undefined;

  /** @throws UnboundMethodError when the application has no producer module */
  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {
    if ([...modules.values()].some(({ providers }) => providers.has(SCOPED_MODULE))) return;
    throw new UnboundMethodError({
      host: 'KafkaScopeInterceptor',
      method: 'intercept',
      reason: 'the application has no KafkaProducerModule, so there is no scope to open',
      remedy: 'Import KafkaProducerModule.forRoot({ … }).',
    });
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const traits = this.traits.of(context);
    const { declared } = traits;
    const all = (this.scoped ??= scopedModules(this.modules));
    const owner = unitOwner(all);
    const isMeant = ({ name }: ScopedModule): boolean =>
      declared.length === 0 || declared.some(({ producer }) => producer === undefined || producer === name);
    // From the inside out: each is entered when the one around it subscribes.
    const answer = all.filter(isMeant).reduceRight<() => Observable<unknown>>(
      (inner, module) => () => enter(module, context, traits, isTransactional(module, declared, owner), inner),
      () => next.handle(),
    );
    return answer();
  }
}

/** The `requestScope` of one module. */
export class ApplicationScopeInterceptor implements NestInterceptor {
  private readonly traits = new TraitsCache();
  private scoped: readonly ScopedModule[] | undefined;

  constructor(
    private readonly module: ScopedModule,
    private readonly modules: ModulesContainer,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const traits = this.traits.of(context);
    this.scoped ??= scopedModules(this.modules);
    const transactional = isTransactional(this.module, traits.declared, unitOwner(this.scoped));
    return enter(this.module, context, traits, transactional, () => next.handle());
  }
}
