import type { Clock } from '../../support/clock.js';
import type { UnitCommitter } from '../committer/committable-unit.js';
import type { RecordStager } from './record-stager.js';
import type { StagedMemory } from './staged-memory.js';
import type { UnitDeadlines } from './unit-deadlines.js';
import type { HookFailure } from './unit-hooks.js';
import type { RecordInterceptors } from './unit-interception.js';
import type { UnitOfWork } from './unit-of-work.js';
import type { StreamingParts } from './unit-streaming.js';

/** What the units of one producer share. */
export interface UnitParts {
  readonly stager: RecordStager;
  readonly memory: StagedMemory;
  readonly deadlines: UnitDeadlines;
  readonly committer: UnitCommitter;
  readonly streaming: StreamingParts;
  readonly clock: Clock;
  readonly hookFailed: HookFailure;
  /** Runs work in the calling async context without the unit. */
  readonly outside: <T>(work: () => T) => T;
  readonly ended: (unit: UnitOfWork) => void;
  /** `undefined`: the producer has none. */
  readonly interceptors: (() => RecordInterceptors) | undefined;
}
