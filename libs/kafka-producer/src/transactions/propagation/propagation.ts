/** How a call relates to the unit it is made in. Spring's words. */
export const Propagation = {
  /** Joins the current unit, or starts one. */
  Required: 'required',
  /** Always a unit of its own, committed when it ends, whatever becomes of the one around it. */
  RequiresNew: 'requires-new',
  /** A savepoint in the current unit, or a new unit. */
  Nested: 'nested',
  /** Joins the current unit; without one it is an error. */
  Mandatory: 'mandatory',
  /** Joins the current unit; without one records are sent one by one. */
  Supports: 'supports',
  /** Leaves the current unit while it runs. */
  NotSupported: 'not-supported',
  /** Inside a unit it is an error. */
  Never: 'never',
} as const;

export type Propagation = (typeof Propagation)[keyof typeof Propagation];

/** What is done about it. */
export type PropagationStep = 'join' | 'new' | 'savepoint' | 'outside' | 'refuse';

/** The whole of it, as data: without a unit, and inside one. */
export const PROPAGATION_STEPS: Readonly<
  Record<Propagation, { readonly without: PropagationStep; readonly inside: PropagationStep }>
> = {
  required: { without: 'new', inside: 'join' },
  'requires-new': { without: 'new', inside: 'new' },
  nested: { without: 'new', inside: 'savepoint' },
  mandatory: { without: 'refuse', inside: 'join' },
  supports: { without: 'outside', inside: 'join' },
  'not-supported': { without: 'outside', inside: 'outside' },
  never: { without: 'outside', inside: 'refuse' },
};
