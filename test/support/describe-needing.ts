import { describe, it } from 'vitest';

/** Says what is not there, or nothing. */
export type Requirement = () => string | undefined;

/**
 * A suite that needs something this machine may not have. Without it the suite says so and is skipped; with `CI=true` it fails, because a
 * suite that CI never runs proves nothing.
 */
export function describeNeeding(requirements: readonly Requirement[], name: string, suite: () => void): void {
  const missing = requirements.map((requirement) => requirement()).find((it) => it !== undefined);
  if (missing === undefined) {
    describe(name, suite);
  } else if (process.env['CI'] === 'true') {
    describe(name, () => {
      it('finds what it needs', () => {
        throw new Error(`in CI this suite must run, and there is ${missing}`);
      });
    });
  } else {
    describe.skip(`${name} (skipped: ${missing})`, suite);
  }
}
