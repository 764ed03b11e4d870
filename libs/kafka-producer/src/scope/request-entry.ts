import type { ExecutionContext } from '@nestjs/common';
import type { Observable } from 'rxjs';

import { PropagationError } from '../errors/transaction.errors.js';
import { scopesOf } from '../kafka-producer.service.js';
import type { HandlerTraits } from './handler-traits.js';
import type { KafkaScopeOptions } from './kafka-scope-options.js';
import { carrierOf, isPlace, isStream } from './request-carrier.js';
import type { ScopedModule } from './scoped-module.js';
import { answerAsUnit, answerInScope, type Answer } from './scoped-response.js';

/**
 * Opens the scope of one module around a handler, or joins the one that is open.
 *
 * What answers by itself or goes on without end opens none: emits that wait for a scope wait for themselves there.
 *
 * @throws PropagationError when it should be a unit and cannot be one; bootstrap has found those that its decorators show
 */
export function enter(
  module: ScopedModule,
  context: ExecutionContext,
  traits: HandlerTraits,
  transactional: boolean,
  answer: Answer,
): Observable<unknown> {
  if (!isPlace(context)) return answer();
  if (traits.answersItself || isStream(context, traits)) {
    if (transactional) throw noUnit(context, traits);
    return answer();
  }
  const producer = module.producer();
  const scopes = scopesOf(producer)!;
  const outer = scopes.open();
  const isUnit = transactional && producer.currentTransaction() === undefined;
  if (outer !== undefined && !isUnit) return answer();
  const scope = outer ?? scopes.adopt(context.getType<string>(), carrierOf(context));
  if (!transactional) return answerInScope(scopes, scope, answer);
  return answerAsUnit(scopes, scope, (work) => producer.transaction(work), answer, outer === undefined);
}

/**
 * Whether a handler is one unit of the module: what stands nearest to it decides, then the option of the module.
 *
 * @param owner the module that is meant where a decorator names none
 */
export function isTransactional(
  module: ScopedModule,
  declared: readonly KafkaScopeOptions[],
  owner: string | undefined,
): boolean {
  const own = declared.find(
    ({ producer, transactional }) =>
      transactional !== undefined &&
      (producer === undefined ? !transactional || module.name === owner : producer === module.name),
  );
  return own?.transactional ?? module.requestScope?.transactional ?? false;
}

function noUnit(context: ExecutionContext, { answersItself }: HandlerTraits): PropagationError {
  const handler = `${context.getClass().name}.${context.getHandler().name}()`;
  return new PropagationError({
    reason: answersItself
      ? `${handler} answers by itself, with @Res() or @Next(), so no unit can be committed before its response`
      : `${handler} is a stream, which no unit can hold`,
    remedy: 'Put @KafkaScope({ transactional: false }) on it, and run what belongs together in transaction().',
  });
}
