import * as classValidator from 'class-validator';

type Rule = ReturnType<ReturnType<typeof classValidator.getMetadataStorage>['getTargetValidationMetadatas']>[number];

const { CUSTOM_VALIDATION, NESTED_VALIDATION, PROMISE_VALIDATION } = classValidator.ValidationTypes;

/** What class-validator calls the constraints it brings along; it exports their names. */
const BUILT_IN: ReadonlySet<unknown> = new Set(
  Object.values(classValidator).filter((exported: unknown) => typeof exported === 'string'),
);

/** What class-validator knows about a class, those it inherits from included. */
export class ClassRules {
  /** None: whitelisting would strip everything. */
  readonly isEmpty: boolean;
  /** A constraint may return a promise. Whether one of the application's own does shows only when it is called, so each of them may. */
  readonly mayBeAsync: boolean;
  /** Properties whose values have rules of their own. */
  readonly nested: readonly string[];

  constructor(type: Function) {
    const rules = classValidator.getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
    this.isEmpty = rules.length === 0;
    this.mayBeAsync = rules.some((rule) => rule.type === PROMISE_VALIDATION || !isSync(rule));
    this.nested = rules.filter(({ type: kind }) => kind === NESTED_VALIDATION).map(({ propertyName }) => propertyName);
  }
}

function isSync({ type, constraintCls }: Rule): boolean {
  if (type !== CUSTOM_VALIDATION) return true;
  const constraints = classValidator.getMetadataStorage().getTargetValidatorConstraints(constraintCls);
  return constraints.every(({ async, name }) => !async && BUILT_IN.has(name));
}
