import 'reflect-metadata';
import { createRequire } from 'node:module';
import { runHostCase, startClusters, stopClusters } from './run-case.js';
import { hostCases } from './table.js';

/** What a program of its own tells the suite, one a line: first the versions it runs on, then how each case ended. */
export type TableLine =
  { readonly versions: Readonly<Record<string, string>> } | { readonly name: string; readonly outcome: string };

function tell(line: TableLine): void {
  console.log(JSON.stringify(line));
}

const require = createRequire(import.meta.url);
const packages = [
  'common',
  'core',
  'cqrs',
  'graphql',
  'microservices',
  'platform-express',
  'platform-ws',
  'websockets',
];
const versions = packages.map((name): [string, string] => {
  const { version } = require(`@nestjs/${name}/package.json`) as { version: string };
  return [name, version];
});
tell({ versions: Object.fromEntries(versions) });

const clusters = await startClusters();
for (const hostCase of hostCases) {
  const outcome = await runHostCase(hostCase, clusters).then(
    () => 'passed',
    (error: unknown) => (error instanceof Error && error.stack) || String(error),
  );
  tell({ name: hostCase.name, outcome });
}
await stopClusters(clusters);
