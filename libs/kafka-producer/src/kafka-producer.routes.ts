import { Inject, Module, type NestModule, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';

import { configOf } from './kafka-producer.scope.js';
import { SCOPED_ROUTES } from './kafka-producer.tokens.js';
import { instancesOf } from './scope/scoped-module.js';
import type { ScopedRoutes } from './scope/scoped-routes.js';

/** Has the routes of an application registered with the scopes of all its producer modules around them. One per application. */
@Module({})
export class ScopedRoutesModule implements NestModule, OnModuleInit {
  private readonly endings: (() => void)[] = [];

  constructor(
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
  ) {}

  /** Nest calls it, for middleware, when all controllers are constructed and no route is registered; where there is no HTTP, never. */
  configure(): void {
    if (!Object.hasOwn(this, 'modules')) return; // a preview of the application, in which nothing is constructed
    this.end(); // of a start that failed
    const { modules, endings } = this;
    // Nest registers all routes in one go: what is not done by then is done before anything else.
    const isRegistering = (): void => queueMicrotask(() => this.end());
    for (const routes of instancesOf<ScopedRoutes>(modules, SCOPED_ROUTES)) {
      const application = { config: configOf(this.moduleRef), modules, registry: this.http.httpAdapter, isRegistering };
      endings.push(...routes.begin(application));
    }
  }

  /** Also where there was no route to register. */
  onModuleInit(): void {
    this.end();
  }

  private end(): void {
    for (const end of this.endings.splice(0).toReversed()) end();
  }
}
