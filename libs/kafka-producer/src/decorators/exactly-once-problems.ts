import { InvalidMethodError } from '../errors/program.errors.js';
import { isExactlyOnce } from './exactly-once.decorator.js';
import { NOT_EXACTLY_ONCE_REMEDY } from './exactly-once.interceptor.js';
import type { HostProblem } from './host-problems.js';

/** On a microservice's server, or on its options: how its handlers come to be exactly once. */
export const EXACTLY_ONCE_TRANSPORT: unique symbol = Symbol.for('nestjs-kafka-producer/exactly-once-transport');

/** plain: what has `@ExactlyOnce()` is · strategy: every handler is */
export type ExactlyOnceTransport = 'plain' | 'strategy';

/** A server of a microservice, as Nest keeps it. */
export interface RpcTarget {
  readonly transportId?: unknown;
  readonly options?: { readonly [EXACTLY_ONCE_TRANSPORT]?: ExactlyOnceTransport } | null;
  readonly [EXACTLY_ONCE_TRANSPORT]?: ExactlyOnceTransport;
}

/** A method with a pattern. */
interface PatternHandler {
  readonly prototype: object;
  readonly name: string;
  readonly patterns: readonly unknown[];
  /** Absent: of every transport. */
  readonly transport: unknown;
}

/** Nest's metadata keys; they are the same in 11 and 12. */
const PATTERN = 'microservices:pattern';
const TRANSPORT = 'microservices:transport';

/**
 * What would make handlers silently not exactly once, as far as it shows in the program: marked ones that another transport calls, unmarked ones whose offsets nobody
 * would commit, and two for one message.
 *
 * @param controllers their prototypes
 * @param targets of the microservices that are connected by now
 */
export function exactlyOnceProblems(controllers: Iterable<object>, targets: readonly RpcTarget[]): HostProblem[] {
  const handlers = [...controllers].flatMap(patternHandlers);
  const problems: HostProblem[] = [];
  for (const target of targets) {
    const called = handlers.filter(({ transport }) => isCalledBy(target, transport));
    const kind = target[EXACTLY_ONCE_TRANSPORT] ?? target.options?.[EXACTLY_ONCE_TRANSPORT];
    if (kind === undefined) problems.push(...called.filter(isMarked).map(onOtherTransport));
    if (kind === 'plain') problems.push(...called.filter((each) => !isMarked(each)).map(unmarked), ...shared(called));
  }
  return problems;
}

function patternHandlers(controller: object): PatternHandler[] {
  const handlers: PatternHandler[] = [];
  const seen = new Set<string>();
  let prototype: object | null = controller;
  for (; prototype !== null && prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype) as object) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      const patterns = typeof method === 'function' ? (Reflect.getMetadata(PATTERN, method) as unknown) : undefined;
      if (!Array.isArray(patterns)) continue;
      handlers.push({
        prototype: controller,
        name,
        patterns,
        transport: Reflect.getMetadata(TRANSPORT, method as object),
      });
    }
  }
  return handlers;
}

/** As Nest decides it. */
function isCalledBy({ transportId }: RpcTarget, transport: unknown): boolean {
  return transport === undefined || transportId === undefined || transport === transportId;
}

function isMarked({ prototype, name }: PatternHandler): boolean {
  return isExactlyOnce(prototype, name);
}

function onOtherTransport(handler: PatternHandler): HostProblem {
  const reason = 'it has @ExactlyOnce and is called by a transport that does not commit offsets in units';
  return problemOf(handler, reason, NOT_EXACTLY_ONCE_REMEDY);
}

function unmarked(handler: PatternHandler): HostProblem {
  return problemOf(
    handler,
    'it is called by a transport that was made by exactlyOnce() and has no @ExactlyOnce, so nobody would commit the offsets of its messages',
    'Put @ExactlyOnce() on it, or let another microservice with a group of its own call it.',
  );
}

/** Each would commit the offset of the message, whatever becomes of the other. */
function shared(handlers: readonly PatternHandler[]): HostProblem[] {
  const byPattern = new Map<string, PatternHandler[]>();
  for (const handler of handlers) {
    for (const pattern of handler.patterns) {
      const key = pattern instanceof RegExp ? String(pattern) : JSON.stringify(pattern);
      byPattern.set(key, [...(byPattern.get(key) ?? []), handler]);
    }
  }
  return [...byPattern].flatMap(([pattern, [first, second]]) => {
    if (first === undefined || second === undefined) return [];
    const reason = `${nameOf(second)} handles the same messages, of ${pattern}, and each of the two would commit their offsets by itself`;
    const remedy =
      'Let one handler call both, or use ExactlyOnceKafkaServer, where all handlers of a message share a unit.';
    return [problemOf(first, reason, remedy)];
  });
}

function problemOf({ prototype, name }: PatternHandler, reason: string, remedy: string): HostProblem {
  return { error: InvalidMethodError, problem: { host: prototype.constructor.name, method: name, reason, remedy } };
}

function nameOf({ prototype, name }: PatternHandler): string {
  return `${prototype.constructor.name}.${name}()`;
}
