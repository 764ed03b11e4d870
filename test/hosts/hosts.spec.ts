import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exactlyOnceCases } from './exactly-once-table.js';
import { plainCases } from './exactly-once-plain-table.js';
import { runTableOnNest11 } from './nest-11.js';
import { runHostCase, startClusters, stopClusters, type Clusters } from './run-case.js';
import { scopeCases } from './scope-table.js';
import { hostCases } from './table.js';

describe('on Nest 12, a record is sent once, by the right application, and the framework still answers', () => {
  let clusters: Clusters;
  beforeAll(async () => {
    clusters = await startClusters();
  });
  afterAll(() => stopClusters(clusters));

  it.each(hostCases)('$name', async (hostCase) => {
    await expect(runHostCase(hostCase, clusters)).resolves.toBeUndefined();
  });
});

describe('on Nest 11, a record is sent once, by the right application, the framework still answers, requests have their scopes, and messages are handled once', () => {
  const outcomes = new Map<string, string>();
  let versions: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    for (const line of await runTableOnNest11()) {
      if ('versions' in line) versions = line.versions;
      else outcomes.set(line.name, line.outcome);
    }
  });

  it('which is what the table was run on', () => {
    const { graphql, ...nest } = versions;
    const majors = new Set(Object.values(nest).map((version) => version.split('.')[0]));
    expect([majors, graphql]).toEqual([new Set(['11']), expect.stringMatching(/^13\./) as string]);
    expect([...outcomes.keys()]).toEqual(
      [...hostCases, ...scopeCases, ...exactlyOnceCases, ...plainCases].map(({ name }) => name),
    );
  });

  it.each([...hostCases, ...scopeCases, ...exactlyOnceCases, ...plainCases])('$name', ({ name }) => {
    expect(outcomes.get(name)).toBe('passed');
  });
});
