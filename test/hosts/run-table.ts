import 'reflect-metadata';
import { createRequire } from 'node:module';
import { exactlyOnceCases, runExactlyOnceCase } from './exactly-once-table.js';
import { plainCases, runPlainCase } from './exactly-once-plain-table.js';
import { runHostCase, startClusters, stopClusters } from './run-case.js';
import { runScopeCase, scopeCases } from './scope-table.js';
import { hostCases } from './table.js';

/** What a program of its own tells the suite, one a line: first the versions it runs on, then how each case ended. */
export type TableLine =
  { readonly versions: Readonly<Record<string, string>> } | { readonly name: string; readonly outcome: string };

function tell(line: TableLine): void {
  console.log(JSON.stringify(line));
}

function outcomeOf(run: Promise<void>): Promise<string> {
  return run.then(
    () => 'passed',
    (error: unknown) => (error instanceof Error && error.stack) || String(error),
  );
}

const require = createRequire(import.meta.url);
const packages = [
  'common',
  'core',
  'cqrs',
  'graphql',
  'microservices',
  'platform-express',
  'platform-fastify',
  'platform-ws',
  'websockets',
];
const versions = packages.map((name): [string, string] => {
  const { version } = require(`@nestjs/${name}/package.json`) as { version: string };
  return [name, version];
});
tell({ versions: Object.fromEntries(versions) });

const clusters = await startClusters();
for (const hostCase of hostCases)
  tell({ name: hostCase.name, outcome: await outcomeOf(runHostCase(hostCase, clusters)) });
for (const scopeCase of scopeCases)
  tell({ name: scopeCase.name, outcome: await outcomeOf(runScopeCase(scopeCase, clusters.eu)) });
for (const exactlyOnceCase of exactlyOnceCases)
  tell({ name: exactlyOnceCase.name, outcome: await outcomeOf(runExactlyOnceCase(exactlyOnceCase, clusters.eu)) });
for (const plainCase of plainCases)
  tell({ name: plainCase.name, outcome: await outcomeOf(runPlainCase(plainCase, clusters.eu)) });
await stopClusters(clusters);
