import type { CapturedScope } from '../inspect/index.ts';

/** A captured variable that may change, as a value: functions that refer to one keep sharing it. */
export class SharedVariable {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** The variables of one payload, each made once. */
export class SharedVariables {
  readonly #byScope = new Map<CapturedScope, Map<string, SharedVariable>>();

  of(scope: CapturedScope, name: string, value: unknown): SharedVariable {
    let variables = this.#byScope.get(scope);
    if (!variables) {
      variables = new Map();
      this.#byScope.set(scope, variables);
    }
    let variable = variables.get(name);
    if (!variable) {
      variable = new SharedVariable(value);
      variables.set(name, variable);
    }
    return variable;
  }
}
