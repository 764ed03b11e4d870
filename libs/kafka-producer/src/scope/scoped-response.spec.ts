import { StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import { concat, defer, EMPTY, NEVER, of, throwError, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { RequestScopes } from './request-scopes.js';
import type { RunAsUnit } from './run-in-scope.js';
import { answerAsUnit, answerInScope, answerOfRoute } from './scoped-response.js';

/** A send that settles when the test says so. */
function send(): { readonly sent: Promise<void>; resolve(): void; reject(error: Error): void } {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const sent = new Promise<void>((ok, no) => {
    resolve = ok;
    reject = no;
  });
  return { sent, resolve, reject };
}

function scoped() {
  const unheard: unknown[] = [];
  const scopes = new RequestScopes(({ error }) => unheard.push(error));
  const scope = scopes.begin('rpc', undefined);
  const emit = (sent: Promise<void>): void => scope.emits.add({ topic: 't', recordCount: 1, sent });
  return { scopes, scope, emit, unheard };
}

/** What a subscriber sees, in order. */
function seenOf(answer: Observable<unknown>) {
  const seen: unknown[] = [];
  const subscription = answer.subscribe({
    next: (value) => seen.push(value),
    complete: () => seen.push('complete'),
    error: (error: Error) => seen.push(error.message),
  });
  return { seen, subscription };
}

/** As query builders are. */
class Lazy implements PromiseLike<string> {
  // oxlint-disable-next-line unicorn/no-thenable -- it is what is tested
  then: PromiseLike<string>['then'] = (...handlers) => Promise.resolve(this.run()).then(...handlers);
  constructor(private readonly run = (): string => 'a') {}
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('an answer in a scope', () => {
  it('goes on at once when there is nothing to wait for', () => {
    const { scopes, scope } = scoped();
    expect(seenOf(answerInScope(scopes, scope, () => of(1, 2))).seen).toEqual([1, 2, 'complete']);
    expect(scope.emits.isOpen).toBe(false);
  });

  it('is subscribed to inside of the scope, and nothing runs before', () => {
    const { scopes, scope } = scoped();
    const inside: unknown[] = [];
    const cold = defer(() => of(inside.push(scopes.current())));
    const answer = answerInScope(scopes, scope, () => cold);
    expect(inside).toEqual([]);
    seenOf(answer);
    expect(inside).toEqual([scope]);
  });

  it('lets each value go when what was emitted before it is acknowledged', async () => {
    const { scopes, scope, emit } = scoped();
    const [first, second] = [send(), send()];
    const handler = concat(
      defer(() => (emit(first.sent), of(1))),
      defer(() => (emit(second.sent), of(2))),
    );
    const { seen } = seenOf(answerInScope(scopes, scope, () => handler));
    await turn();
    expect(seen).toEqual([]);
    second.resolve();
    first.resolve();
    await turn();
    expect(seen).toEqual([1, 2, 'complete']);
  });

  it('fails when an emit does, and closes the file that will not be sent', async () => {
    const { scopes, scope, emit } = scoped();
    const sending = send();
    const body = Readable.from(['x']);
    const handler = defer(() => (emit(sending.sent), of(new StreamableFile(body))));
    const { seen } = seenOf(answerInScope(scopes, scope, () => handler));
    sending.reject(new Error('not delivered'));
    await turn();
    expect(seen).toEqual(['not delivered']);
    expect(body.destroyed).toBe(true);
  });

  it('fails with the error of the handler, after its emits, whose failures are told elsewhere', async () => {
    const { scopes, scope, emit, unheard } = scoped();
    const sending = send();
    const handler = defer(() => (emit(sending.sent), throwError(() => new Error('of the handler'))));
    const { seen } = seenOf(answerInScope(scopes, scope, () => handler));
    await turn();
    expect(seen).toEqual([]);
    const failure = new Error('not delivered');
    sending.reject(failure);
    await turn();
    expect({ seen, unheard }).toEqual({ seen: ['of the handler'], unheard: [failure] });
  });

  it('that nobody wants any more leaves what fails to the log', async () => {
    const { scopes, scope, emit, unheard } = scoped();
    const sending = send();
    const handler = defer(() => (emit(sending.sent), NEVER));
    seenOf(answerInScope(scopes, scope, () => handler)).subscription.unsubscribe();
    const failure = new Error('not delivered');
    sending.reject(failure);
    await turn();
    expect(unheard).toEqual([failure]);
  });
});

describe('an answer that nothing intercepts', () => {
  it.each([
    ['a value', (): unknown => 'a', 'a'],
    ['a promise', (): unknown => Promise.resolve('a'), 'a'],
    ['what can only be awaited', (): unknown => new Lazy(), 'a'],
  ])('is %s, and the scope is over', async (_title, handle, expected) => {
    const { scopes, scope } = scoped();
    expect(await answerOfRoute(scopes, scope, handle)).toBe(expected);
    expect(scope.emits.isOpen).toBe(false);
  });

  it('that is there already stays so', () => {
    const { scopes, scope } = scoped();
    expect(answerOfRoute(scopes, scope, () => 'a')).toBe('a');
  });

  it.each([
    ['at once', (emit: () => void): unknown => (emit(), 'a')],
    ['later', async (emit: () => void): Promise<unknown> => (await turn(), emit(), 'a')],
  ])('waits for what was emitted %s', async (_title, handle) => {
    const { scopes, scope, emit } = scoped();
    const sending = send();
    const seen: unknown[] = [];
    void Promise.resolve(answerOfRoute(scopes, scope, () => handle(() => emit(sending.sent)))).then((answer) =>
      seen.push(answer),
    );
    await turn();
    await turn();
    expect(seen).toEqual([]);
    sending.resolve();
    await turn();
    expect({ seen, isOpen: scope.emits.isOpen }).toEqual({ seen: ['a'], isOpen: false });
  });

  it('runs inside of the scope, an Observable too', async () => {
    const { scopes, scope } = scoped();
    const inside: unknown[] = [];
    const look = (): unknown => inside.push(scopes.current());
    const answer = answerOfRoute(scopes, scope, () => (look(), defer(() => (look(), of('a')))));
    expect(seenOf(answer as Observable<unknown>).seen).toEqual(['a', 'complete']);
    expect(inside).toEqual([scope, scope]);
    expect(scope.emits.isOpen).toBe(false);
  });

  it('fails when an emit does, and closes the file that will not be sent', async () => {
    const { scopes, scope, emit } = scoped();
    const body = Readable.from(['x']);
    const answer = answerOfRoute(scopes, scope, async () => {
      emit(Promise.reject(new Error('not delivered')));
      return new StreamableFile(body);
    });
    await expect(answer).rejects.toThrow('not delivered');
    expect({ isDestroyed: body.destroyed, isOpen: scope.emits.isOpen }).toEqual({ isDestroyed: true, isOpen: false });
  });

  it.each([
    ['throws', false],
    ['rejects', true],
  ])('%s as the handler does, after its emits, whose failures are told elsewhere', async (_title, isLate) => {
    const { scopes, scope, emit, unheard } = scoped();
    const failure = new Error('not delivered');
    const handle = (): never => {
      emit(Promise.reject(failure));
      throw new Error('of the handler');
    };
    const answer = answerOfRoute(scopes, scope, isLate ? async () => handle() : handle);
    await expect(answer).rejects.toThrow('of the handler');
    expect({ unheard, isOpen: scope.emits.isOpen }).toEqual({ unheard: [failure], isOpen: false });
  });

  it('runs what is lazy in the scope', async () => {
    const { scopes, scope } = scoped();
    await expect(answerOfRoute(scopes, scope, () => new Lazy(() => scopes.current()!.origin))).resolves.toBe('rpc');
  });
});

describe('an answer as one unit', () => {
  it('is kept, with all its values, until the unit is committed', async () => {
    const { scopes, scope } = scoped();
    const commit = send();
    const asUnit: RunAsUnit = async (work) => {
      const result = await work();
      await commit.sent;
      return result;
    };
    const { seen } = seenOf(answerAsUnit(scopes, scope, asUnit, () => of(1, 2), true));
    await turn();
    expect(seen).toEqual([]);
    commit.resolve();
    await turn();
    expect(seen).toEqual([1, 2, 'complete']);
  });

  it.each([
    ['the error of the handler', throwError(() => new Error('of the handler')), undefined, ['of the handler']],
    ['that of the commit', EMPTY, new Error('of the commit'), ['of the commit']],
  ])('fails with %s', async (_title, handler, failure, expected) => {
    const { scopes, scope } = scoped();
    const asUnit: RunAsUnit = async (work) => {
      const result = await work();
      if (failure !== undefined) throw failure;
      return result;
    };
    const { seen } = seenOf(answerAsUnit(scopes, scope, asUnit, () => handler, true));
    await turn();
    expect(seen).toEqual(expected);
  });

  it.each(['while the handler works', 'before the unit is opened'])(
    'is not committed when nobody wants it any more, %s',
    async (when) => {
      const { scopes, scope } = scoped();
      const opened = send();
      const outcomes: string[] = [];
      const asUnit: RunAsUnit = async (work) => {
        await opened.sent;
        return work().finally(() => outcomes.push('ended'));
      };
      let calls = 0;
      const handler = defer(() => (calls++, NEVER));
      const { subscription } = seenOf(answerAsUnit(scopes, scope, asUnit, () => handler, true));
      if (when === 'while the handler works') {
        opened.resolve();
        await turn();
      }
      subscription.unsubscribe();
      opened.resolve();
      await turn();
      expect({ outcomes, calls }).toEqual({ outcomes: ['ended'], calls: when === 'while the handler works' ? 1 : 0 });
    },
  );
});
