import { InvalidMethodError } from '../errors/program.errors.js';
import { declaredOn, handlerTraits, type HandlerTraits } from '../scope/handler-traits.js';
import { isTransactional } from '../scope/request-entry.js';
import { unitOwner, type ScopedModule } from '../scope/scoped-module.js';
import { EmitPlan } from './emit-plan.js';
import { emitsOf } from './emit-marks.js';
import { isExactlyOnce } from './exactly-once.decorator.js';
import type { HostProblem } from './host-problems.js';

/** What an application opens scopes with. */
export interface Scoping {
  readonly modules: readonly ScopedModule[];
  /** It serves HTTP: whatever handles messages beside that does so in a hybrid application. */
  readonly hasHttp: boolean;
}

interface Handler {
  readonly host: string;
  readonly method: string;
  readonly traits: HandlerTraits;
  /** Names of the producers of its own `@Emit(…, { waitFor: 'scope' })`, where neither `@Transactional` nor `@ExactlyOnce` stands beside them. */
  readonly emits: readonly string[];
  /** It has a `@KafkaScope()` of its own. */
  readonly isMarked: boolean;
}

/** Where a scope, or a unit, was asked for and cannot be. */
export function scopedHandlerProblems(prototype: object, { modules }: Scoping): HostProblem[] {
  const owner = unitOwner(modules);
  return handlersOf(prototype).flatMap(({ host, method, traits, emits }) => {
    const { declared, kind, answersItself } = traits;
    const problems: { reason: string; remedy: string }[] = [];
    const isUnit = modules.some(
      (module) => isCovered(module.name, traits, modules) && isTransactional(module, declared, owner),
    );
    if (isUnit && (answersItself || kind === 'stream')) problems.push(answersItself ? OWN_RESPONSE_UNIT : STREAM_UNIT);
    else if (answersItself && emits.length > 0) problems.push(OWN_RESPONSE_EMIT);
    const unknown = declared.find(({ producer }) => producer !== undefined && !modules.some(isNamed(producer)));
    if (unknown !== undefined) problems.push(noModule(unknown.producer!));
    const isOpen = declared.some(({ producer, transactional }) => transactional === true && producer === undefined);
    if (isOpen && owner === undefined) problems.push(WHOSE_UNIT);
    return problems.map((problem) => ({ error: InvalidMethodError, problem: { host, method, ...problem } }));
  });
}

/** Where `waitFor: 'scope'` would quietly be `'ack'`, or `@KafkaScope()` nothing. */
export function uncoveredHandlers(prototype: object, { modules, hasHttp }: Scoping): string[] {
  return handlersOf(prototype).flatMap(({ host, method, traits, emits, isMarked }) => {
    const { kind, answersItself, declared } = traits;
    const where = `${host}.${method}()`;
    if (kind === 'none') {
      return isMarked
        ? [
            `@KafkaScope() on ${where} opens no scope unless something runs its interceptors: it handles no HTTP request, message or GraphQL field. Use runInScope().`,
          ]
        : [];
    }
    if (emits.length === 0 || answersItself) return [];
    const acts = `${where} emits with waitFor: 'scope', which acts as 'ack' there:`;
    if (kind === 'stream') return [`${acts} streams open no scope.`];
    if (emits.some((producer) => !isCovered(producer, traits, modules))) {
      return [
        `${acts} nothing opens a scope around it. Put @KafkaScope() on it, or set requestScope in the options of the module.`,
      ];
    }
    if (kind !== 'message' || !hasHttp || declared.length > 0) return [];
    return [
      `${where} emits with waitFor: 'scope', which acts as 'ack' there unless connectMicroservice() was given { inheritAppConfig: true }: ` +
        'the message handlers of a hybrid application have no global interceptors without it. Put @KafkaScope() on it.',
    ];
  });
}

type Text = { readonly reason: string; readonly remedy: string };

const OPT_OUT =
  'put @KafkaScope({ transactional: false }) on it, and run what belongs together in @Transactional() methods';

const OWN_RESPONSE_UNIT: Text = {
  reason: 'it answers by itself, with @Res() or @Next(), so no unit can be committed before its response',
  remedy: `Return the answer, with @Res({ passthrough: true }) where the response is needed; or ${OPT_OUT}.`,
};
const STREAM_UNIT: Text = {
  reason: 'it is a stream (SSE, a subscription or a WebSocket), which no unit can hold',
  remedy: `${OPT_OUT[0]!.toUpperCase()}${OPT_OUT.slice(1)}.`,
};
const OWN_RESPONSE_EMIT: Text = {
  reason: `it answers by itself, with @Res() or @Next(), so nothing can wait for what it emits with waitFor: 'scope' before its response`,
  remedy: `Return the answer, with @Res({ passthrough: true }) where the response is needed; or use waitFor: 'ack'.`,
};
const WHOSE_UNIT: Text = {
  reason: 'its @KafkaScope is transactional, and there are several producers',
  remedy: 'Name the one whose unit it is: @KafkaScope({ transactional: true, producer }).',
};

function noModule(producer: string): Text {
  return {
    reason: `its @KafkaScope names the producer '${producer}', and no KafkaProducerModule is named so`,
    remedy: `Import KafkaProducerModule.forRoot({ name: '${producer}', … }), or correct the name.`,
  };
}

/** A producer that is no module (one per tenant) is covered by any scope of the application. */
function isCovered(producer: string, { declared }: HandlerTraits, modules: readonly ScopedModule[]): boolean {
  if (declared.some((each) => each.producer === undefined || each.producer === producer)) return true;
  const module = modules.find(isNamed(producer));
  return module === undefined
    ? modules.some(({ requestScope }) => requestScope !== undefined)
    : module.requestScope !== undefined;
}

function isNamed(name: string): (module: ScopedModule) => boolean {
  return (module) => module.name === name;
}

/** The methods of a class that a framework calls, or that say they are; an override hides what it overrides. */
function handlersOf(host: object): Handler[] {
  const handlers = new Map<string | symbol, Handler | undefined>();
  for (
    let prototype: object | null = host;
    prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    for (const name of Reflect.ownKeys(prototype)) {
      if (!handlers.has(name)) handlers.set(name, handlerAt(host, prototype, name));
    }
  }
  return [...handlers.values()].filter((handler) => handler !== undefined);
}

function handlerAt(host: object, prototype: object, name: string | symbol): Handler | undefined {
  const { value } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
  if (typeof value !== 'function' || name === 'constructor') return undefined;
  const traits = handlerTraits(host.constructor, value as Function);
  const isMarked = declaredOn(value as Function).length > 0;
  if (traits.kind === 'none' && !isMarked) return undefined;
  const plans = emitsOf(prototype, name) ?? [];
  const units = plans.filter((plan) => !(plan instanceof EmitPlan));
  const isStaged = isExactlyOnce(prototype, name);
  const emits = plans.filter((plan) => plan instanceof EmitPlan && plan.waitFor === 'scope' && !isStaged);
  return {
    host: host.constructor.name,
    method: String(name),
    traits,
    emits: emits
      .map(({ producer }) => producer)
      .filter((producer) => !units.some((unit) => unit.producer === producer)),
    isMarked,
  };
}
