import { InvalidMethodError, UnboundMethodError, type MethodProblem } from '../errors/program.errors.js';
import { emitsNothingOnPurpose, emitsOf, isCut } from './emit-marks.js';
import { emittingMethods, overriding } from './emitting-methods.js';
import { provenSync } from './return-type.js';

/** What keeps a method of a host from emitting, found while the application starts. */
export interface HostProblem {
  readonly error: typeof InvalidMethodError | typeof UnboundMethodError;
  readonly problem: MethodProblem;
}

/** What the decorated methods of this class and of those it inherits from can never do. */
export function methodProblems(prototype: object): HostProblem[] {
  return emittingMethods(prototype).flatMap(({ prototype: declaring, name }) => {
    const where = { host: declaring.constructor.name, method: String(name) };
    const problems: MethodProblem[] = [];
    const type = provenSync(declaring, name);
    if (type !== undefined) problems.push({ ...where, reason: `it returns ${type}, which is no promise` });
    if (isCut(declaring, name)) {
      const reason =
        'another decorator, which wraps the method, stands between two of its @Emit, so their records could not be sent together';
      const remedy =
        'Put the @Emit of a method one directly below the other, all of them above that decorator or all below it.';
      problems.push({ ...where, reason, remedy });
    }
    return problems.map((problem) => ({ error: InvalidMethodError, problem }));
  });
}

/** An instance that Nest did not construct cannot have this producer. */
export function noProducer(host: string, method: string, producer: string, isScoped: boolean): HostProblem {
  const why = isScoped
    ? {
        reason: `its producer '${producer}' is request-scoped, and an instance from useFactory or useValue belongs to no request`,
        remedy: `Let Nest construct ${host}, so that each request gets one with its own producer.`,
      }
    : {
        reason: `no KafkaProducerModule is named '${producer}'`,
        remedy: `Import KafkaProducerModule.forRoot({ name: '${producer}', … }), or correct the name in the decorator.`,
      };
  return { error: UnboundMethodError, problem: { host, method, ...why } };
}

/** A warning for each override that leaves out an inherited `@Emit` and does not say that this is meant. */
export function droppedEmits(prototype: object): string[] {
  return emittingMethods(prototype).flatMap(({ prototype: declaring, name }) => {
    const override = overriding(prototype, declaring, name);
    if (override === undefined || emitsOf(override, name) || emitsNothingOnPurpose(override, name)) return [];
    const host = declaring.constructor.name;
    const method = String(name);
    return [
      `${override.constructor.name}.${method}() overrides ${host}.${method}() and emits nothing of its own. ` +
        `Repeat its @Emit, or mark the override with @NoEmit(): when that is meant, or when it calls super.${method}(), which emits already.`,
    ];
  });
}

/**
 * One error that has all of them: who starts the application corrects them in one go.
 *
 * A class that several others inherit from is told of once.
 */
export function throwProblems(found: readonly HostProblem[]): void {
  const errors = new Map(found.map((each) => [new each.error(each.problem).message, each]));
  const [first, ...rest] = errors.values();
  if (first === undefined) return;
  throw new first.error({ ...first.problem, others: rest.map(({ error, problem }) => new error(problem)) });
}
