import { isObservable, Observable, type Subscription } from 'rxjs';

import { isThenable } from '../support/thenable.js';
import { holdBody, releaseBody } from './held-body.js';
import type { OpenScope } from './open-scope.js';
import type { RequestScopes } from './request-scopes.js';
import { requestFailure } from './request-failure.js';
import type { RunAsUnit } from './run-in-scope.js';

/** What a handler answers, as Nest gives it to interceptors: nothing runs before it is subscribed to. */
export type Answer = () => Observable<unknown>;

/**
 * The answer of a handler that runs inside a scope: each value leaves when what was emitted before it is acknowledged.
 *
 * The subscription has to happen inside of the scope, because the handler is called by it and not by `answer()`.
 */
export function answerInScope(scopes: RequestScopes, scope: OpenScope, answer: Answer): Observable<unknown> {
  const { emits, origin } = scope;
  return new Observable((subscriber) => {
    /** Values, and the end, keep their order behind what is being waited for. */
    let line: Promise<void> | undefined;
    const settledThen = (deliver: () => void, value?: unknown): void => {
      if (line === undefined && emits.isIdle) return deliver();
      holdBody(value);
      line = (line ?? Promise.resolve())
        .then(() => emits.settle())
        .then(deliver)
        .catch((error: unknown) => {
          releaseBody(value);
          subscriber.error(requestFailure(origin, error));
        });
    };
    const subscription = scopes.run(scope, () =>
      answer().subscribe({
        next: (value) => settledThen(() => subscriber.next(value), value),
        complete: () => settledThen(() => subscriber.complete()),
        error: (error: unknown) => {
          if (line === undefined && emits.isIdle) return subscriber.error(error);
          line = (line ?? Promise.resolve()).then(() => emits.settleUnheard()).then(() => subscriber.error(error));
        },
      }),
    );
    return () => {
      subscription.unsubscribe();
      emits.close();
    };
  });
}

/**
 * The same for a handler that nothing intercepts. One value needs no Observable, and one that is there needs no promise.
 *
 * @returns may reject: with what the handler throws; else with what keeps its records from being delivered, as a failure of the request
 * @throws what the handler throws
 */
export function answerOfRoute(scopes: RequestScopes, scope: OpenScope, handle: () => unknown): unknown {
  let answer: unknown;
  try {
    answer = scopes.run(scope, handle);
    // What is lazy runs in the scope too.
    if (isThenable(answer) && !(answer instanceof Promise)) answer = scopes.run(scope, () => Promise.resolve(answer));
  } catch (error) {
    return failedRoute(scope, error);
  }
  if (!(answer instanceof Promise)) return answeredRoute(scopes, scope, answer);
  return answer.then(
    (value) => answeredRoute(scopes, scope, value),
    (error: unknown) => failedRoute(scope, error),
  );
}

function answeredRoute(scopes: RequestScopes, scope: OpenScope, answer: unknown): unknown {
  if (isObservable(answer)) return answerInScope(scopes, scope, () => answer);
  const { emits } = scope;
  if (!emits.isIdle) return settledAnswer(scope, answer);
  emits.close();
  return answer;
}

function failedRoute(scope: OpenScope, error: unknown): Promise<never> {
  const { emits } = scope;
  if (!emits.isIdle) return settledFailure(scope, error);
  emits.close();
  throw error;
}

async function settledAnswer({ emits, origin }: OpenScope, answer: unknown): Promise<unknown> {
  holdBody(answer);
  try {
    await emits.settle();
    return answer;
  } catch (error) {
    releaseBody(answer);
    throw requestFailure(origin, error);
  } finally {
    emits.close();
  }
}

async function settledFailure({ emits }: OpenScope, error: unknown): Promise<never> {
  await emits.settleUnheard();
  emits.close();
  throw error;
}

/**
 * The answer of a handler that runs as one unit. Nothing of it leaves before the unit is committed, so all its values are kept until then.
 *
 * @param isOwn whether the scope ends with the answer; else it is somebody else's
 */
export function answerAsUnit(
  scopes: RequestScopes,
  scope: OpenScope,
  asUnit: RunAsUnit,
  answer: Answer,
  isOwn: boolean,
): Observable<unknown> {
  const { emits, origin } = scope;
  return new Observable((subscriber) => {
    const values: unknown[] = [];
    let failure: { readonly error: unknown } | undefined;
    let subscription: Subscription | undefined;
    let isWanted = true;
    let giveUp: () => void = () => {};
    const handled = (): Promise<void> =>
      new Promise<void>((resolve, reject) => {
        giveUp = () => reject(new Error('Nobody waits for the answer of this request any more'));
        if (!isWanted) return giveUp(); // since before the unit was opened
        subscription = answer().subscribe({
          next: (value) => values.push(value),
          complete: () => {
            giveUp = () => {};
            resolve();
          },
          error: (error: unknown) => {
            failure = { error };
            reject(error);
          },
        });
      });
    const work = async (): Promise<void> => {
      await handled();
      if (isOwn) await emits.settle();
    };
    const failed = async (error: unknown): Promise<void> => {
      if (isOwn) await emits.settleUnheard();
      values.forEach(releaseBody);
      subscriber.error(failure?.error === error ? error : requestFailure(origin, error));
    };
    scopes
      .run(scope, () => asUnit(work))
      .then(() => {
        for (const value of values) subscriber.next(value);
        subscriber.complete();
      }, failed);
    return () => {
      subscription?.unsubscribe();
      isWanted = false;
      giveUp();
      if (isOwn) emits.close();
    };
  });
}
