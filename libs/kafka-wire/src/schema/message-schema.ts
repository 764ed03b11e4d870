import type { Fields } from './field.js';
import { planMessage, type MessagePlan } from './message-plan.js';
import { includesVersion, type VersionRange } from './version-range.js';

/** The table of one request or response, and what the codec derives from it. */
export class MessageSchema<F extends Fields = Fields> {
  /** One plan per version, derived on first use: a process speaks few of the versions listed. */
  readonly #plans = new Map<number, MessagePlan>();

  constructor(
    readonly fields: F,
    readonly flexibleVersions: VersionRange,
  ) {}

  plan(version: number): MessagePlan {
    let plan = this.#plans.get(version);
    if (plan === undefined) {
      plan = planMessage(this.fields, version, includesVersion(this.flexibleVersions, version));
      this.#plans.set(version, plan);
    }
    return plan;
  }
}
