import { beforeAll, describe } from 'vitest';

/** Says what is not there, or nothing. */
export type Requirement = () => string | undefined;

/**
 * A suite that needs something this machine may not have. Without it the suite says so and is skipped; with `CI=true` it fails, because a
 * suite that CI never runs proves nothing.
 */
export function describeNeeding(requirements: readonly Requirement[], name: string, suite: () => void): void {
  const missing = requirements.map((requirement) => requirement()).find((it) => it !== undefined);
  const isSkipped = missing !== undefined && process.env['CI'] !== 'true';
  if (isSkipped) console.warn(`skipped: ${name}. There is ${missing}.`);
  // oxlint-disable-next-line vitest/valid-title -- the callers' sentences
  describe.skipIf(isSkipped)(name, () => {
    beforeAll(() => {
      if (missing !== undefined) throw new Error(`in CI this suite must run, and there is ${missing}`);
    });
    suite();
  });
}
