import { getMetadataStorage, ValidationTypes } from 'class-validator';

type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** Whether class-validator knows a rule of a class, those it inherits included. Of a class without any it would strip everything. */
export function hasRules(type: Function): boolean {
  return rulesOf(type).length > 0;
}

/** The properties of a class whose values have rules of their own. */
export function nestedProperties(type: Function): string[] {
  return rulesOf(type)
    .filter((rule) => rule.type === ValidationTypes.NESTED_VALIDATION)
    .map(({ propertyName }) => propertyName);
}

function rulesOf(type: Function): Rule[] {
  return getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
}
