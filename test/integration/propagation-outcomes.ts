import { Propagation } from 'nestjs-kafka-producer';

type Mode = 'staged' | 'streaming';

/** Within a unit, what an inner call does and how it ends; and what must be seen of both then. */
export interface PropagationOutcome {
  /** Of every unit that is started. */
  readonly mode: Mode;
  readonly propagation: Propagation;
  readonly inner: 'succeeds' | 'fails';
  readonly outer: 'succeeds' | 'fails';
  readonly seen: readonly ('inner' | 'outer')[];
  /** What the outer call is told when its own work did not fail. */
  readonly outerIs?: 'aborted' | undefined;
}

/** A savepoint cannot take back what is at the broker. */
const OF_WHAT_FLOWS = { seen: [], outerIs: 'aborted' } as const;

const OUTCOMES: Readonly<
  Record<
    string,
    readonly (readonly [
      PropagationOutcome['inner'],
      PropagationOutcome['outer'],
      PropagationOutcome['seen'],
      PropagationOutcome['outerIs']?,
    ])[]
  >
> = {
  [Propagation.Required]: [
    ['succeeds', 'succeeds', ['inner', 'outer']],
    ['succeeds', 'fails', []],
    ['fails', 'succeeds', [], 'aborted'],
    ['fails', 'fails', []],
  ],
  [Propagation.RequiresNew]: [
    ['succeeds', 'succeeds', ['inner', 'outer']],
    ['succeeds', 'fails', ['inner']],
    ['fails', 'succeeds', ['outer']],
    ['fails', 'fails', []],
  ],
  [Propagation.Nested]: [
    ['succeeds', 'succeeds', ['inner', 'outer']],
    ['succeeds', 'fails', []],
    ['fails', 'succeeds', ['outer']],
    ['fails', 'fails', []],
  ],
  [Propagation.Supports]: [
    ['succeeds', 'succeeds', ['inner', 'outer']],
    ['fails', 'succeeds', [], 'aborted'],
  ],
  [Propagation.Mandatory]: [
    ['succeeds', 'succeeds', ['inner', 'outer']],
    ['fails', 'succeeds', [], 'aborted'],
  ],
  [Propagation.NotSupported]: [
    ['succeeds', 'succeeds', ['inner', 'outer']],
    ['succeeds', 'fails', ['inner']],
    ['fails', 'succeeds', ['inner', 'outer']],
    ['fails', 'fails', ['inner']],
  ],
};

function outcomesOf(mode: Mode): PropagationOutcome[] {
  return Object.entries(OUTCOMES).flatMap(([propagation, rows]) =>
    rows.map(([inner, outer, seen, outerIs]) => ({
      mode,
      propagation: propagation as Propagation,
      inner,
      outer,
      ...(mode === 'streaming' && propagation === Propagation.Nested && inner === 'fails' && outer === 'succeeds'
        ? OF_WHAT_FLOWS
        : { seen, outerIs }),
    })),
  );
}

export const PROPAGATION_OUTCOMES: readonly PropagationOutcome[] = [
  ...outcomesOf('staged'),
  ...outcomesOf('streaming'),
];
