import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PRODUCER = 'libs/kafka-producer/src';
const WIRE = 'libs/kafka-wire/src';
const EMBEDDED = 'libs/embedded-kafka/src';

/** One breach per row: the file that commits it, its text, the rule that must name it. */
const BREACHES: readonly [rule: string, file: string, text: string][] = [
  ['layer-support', `${PRODUCER}/support/breach.ts`, `import '../record/fine.js';`],
  [
    'layer-record',
    `${PRODUCER}/record/breach.ts`,
    `import type { Fine } from '../support/fine.js'; export type A = Fine;`,
  ],
  ['layer-errors', `${PRODUCER}/errors/breach.ts`, `import '../pipeline/fine.js';`],
  ['layer-observability', `${PRODUCER}/observability/breach.ts`, `import '../sender/fine.js';`],
  ['layer-serialization', `${PRODUCER}/serialization/breach.ts`, `import '../options/fine.js';`],
  ['layer-topics', `${PRODUCER}/topics/breach.ts`, `import '../pipeline/fine.js';`],
  ['layer-partitioning', `${PRODUCER}/partitioning/breach.ts`, `import '../accumulator/fine.js';`],
  ['layer-accumulator', `${PRODUCER}/accumulator/breach.ts`, `import '../sender/fine.js';`],
  ['layer-sender', `${PRODUCER}/sender/breach.ts`, `import '../cluster/connection.js';`],
  ['layer-pipeline', `${PRODUCER}/pipeline/breach.ts`, `import '../options/fine.js';`],
  ['layer-transactions', `${PRODUCER}/transactions/breach.ts`, `import '../pipeline/fine.js';`],
  ['layer-cluster', `${PRODUCER}/cluster/breach.ts`, `import '../sender/fine.js';`],
  ['layer-options', `${PRODUCER}/options/breach.ts`, `import '../decorators/fine.js';`],
  ['layer-scope', `${PRODUCER}/scope/breach.ts`, `import '../pipeline/fine.js';`],
  ['layer-decorators', `${PRODUCER}/decorators/breach.ts`, `import '../kafka-producer.module.js';`],
  ['layer-microservices', `${PRODUCER}/microservices/breach.ts`, `import '../sender/fine.js';`],
  ['layer-testing', `${PRODUCER}/testing/breach.ts`, `import '../kafka-producer.module.js';`],
  ['layer-health', `${PRODUCER}/health/breach.ts`, `import '../pipeline/fine.js';`],
  ['folder-without-a-row', `${PRODUCER}/pipeline/breach-row.ts`, `import '../utils/fine.js';`],
  ['no-cycle', `${PRODUCER}/record/cycle-a.ts`, `import './cycle-b.js';`],
  ['kafkajs-in-one-place', `${PRODUCER}/cluster/breach-kafkajs.ts`, `import 'kafkajs';`],
  ['kafkajs-adapter-from-the-edge', `${PRODUCER}/sender/breach-adapter.ts`, `import '../cluster/kafkajs/fine.js';`],
  ['nest-at-the-edges', `${PRODUCER}/pipeline/breach-nest.ts`, `import '@nestjs/common';`],
  ['wire-imports-nothing', `${WIRE}/breach.ts`, `import 'rxjs';`],
  ['embedded-needs-only-the-wire', `${EMBEDDED}/breach.ts`, `import 'kafkajs';`],
  ['producer-and-embedded-are-strangers', `${PRODUCER}/breach-embedded.ts`, `import 'embedded-kafka';`],
  ['packages-by-their-front-door', `${PRODUCER}/breach-door.ts`, `import '../../kafka-wire/src/inner.js';`],
  [
    'apps-and-tests-by-the-front-door',
    'test/faults/breach.ts',
    `import '../../libs/kafka-producer/src/record/fine.js';`,
  ],
  [
    'simulations-look-inside-the-producer-alone',
    'test/simulation/breach.ts',
    `import '../../libs/kafka-wire/src/inner.js';`,
  ],
  ['applications-of-outsiders', 'test/apps/shop/breach.ts', `import '../../support/fine.js';`],
  ['libs-know-no-app-and-no-test', `${WIRE}/breach-test.ts`, `import '../../../test/support/fine.js';`],
  ['one-index-per-package', `${PRODUCER}/record/breach-index.ts`, `import './inner/index.js';`],
  ['subpaths-on-top', `${PRODUCER}/breach-subpath.ts`, `import './testing/testing.js';`],
  ['no-spec-in-production', `${PRODUCER}/record/breach-spec.ts`, `import './fine.spec.js';`],
  ['no-dead-file', `${PRODUCER}/record/dead.ts`, `export {};`],
  ['no-unresolvable', `${WIRE}/breach-nowhere.ts`, `import './nowhere.js';`],
  ['no-undeclared-package', `${EMBEDDED}/breach-undeclared.ts`, `import 'vitest';`],
];

/** What the breaches point at, and imports that must stay allowed. */
const INNOCENT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['support', 'record', 'pipeline', 'sender', 'options', 'accumulator', 'decorators', 'utils', 'cluster/kafkajs'].map(
      (folder) => [`${PRODUCER}/${folder}/fine.ts`, 'export interface Fine { a: 1 }'],
    ),
  ),
  [`${PRODUCER}/index.ts`]: `import './kafka-producer.module.js';`,
  [`${PRODUCER}/kafka-producer.module.ts`]: `import '@nestjs/common'; import './pipeline/innocent.js';`,
  [`${PRODUCER}/pipeline/innocent.ts`]: `import '../cluster/cluster.js'; import '../sender/innocent.js'; import 'kafka-wire';`,
  [`${PRODUCER}/sender/innocent.ts`]: `import '../cluster/cluster.errors.js'; import '../accumulator/fine.js';`,
  [`${PRODUCER}/cluster/cluster.ts`]: 'export {};',
  [`${PRODUCER}/cluster/cluster.errors.ts`]: 'export {};',
  [`${PRODUCER}/cluster/connection.ts`]: `import 'node:net'; import './kafkajs/sasl.js';`,
  [`${PRODUCER}/cluster/kafkajs/sasl.ts`]: `import 'kafkajs';`,
  [`${PRODUCER}/testing/testing.ts`]: `import '../pipeline/fine.js'; import '@nestjs/common';`,
  [`${PRODUCER}/record/cycle-b.ts`]: `import './cycle-a.js';`,
  [`${PRODUCER}/record/inner/index.ts`]: 'export {};',
  [`${PRODUCER}/record/fine.spec.ts`]: `import 'vitest'; import '../sender/fine.js';`,
  [`${PRODUCER}/microservices/microservices.ts`]: `import '@nestjs/common'; import './innocent.js';`,
  [`${PRODUCER}/microservices/innocent.ts`]: `import '../record/fine.js';`,
  [`${WIRE}/index.ts`]: `import './inner.js'; import 'node:zlib'; import 'lz4-napi';`,
  [`${WIRE}/inner.ts`]: 'export {};',
  [`${EMBEDDED}/index.ts`]: `import 'kafka-wire'; import 'node:net';`,
  [`${EMBEDDED}/cli/main.ts`]: `import './innocent.js';`,
  [`${EMBEDDED}/cli/innocent.ts`]: 'export {};',
  'test/simulation/innocent.ts': `import '../../libs/kafka-producer/src/pipeline/fine.js'; import 'embedded-kafka';`,
  'test/support/fine.ts': 'export {};',
  'test/faults/innocent.ts': `import 'nestjs-kafka-producer'; import '../support/fine.js';`,
};

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
}

const trees: string[] = [];

async function violationsIn(files: Readonly<Record<string, string>>): Promise<Violation[]> {
  const tree = await mkdtemp(join(tmpdir(), 'architecture-'));
  trees.push(tree);
  await mkdir(join(tree, 'node_modules/@nestjs'), { recursive: true });
  for (const name of ['@nestjs/common', 'kafkajs', 'rxjs', 'lz4-napi', 'vitest', 'typescript']) {
    await symlink(join(ROOT, 'node_modules', name), join(tree, 'node_modules', name));
  }
  const packages = {
    'kafka-wire': 'kafka-wire',
    'nestjs-kafka-producer': 'kafka-producer',
    'embedded-kafka': 'embedded-kafka',
  };
  for (const [name, folder] of Object.entries(packages)) {
    await mkdir(join(tree, 'libs', folder), { recursive: true });
    await symlink(join(ROOT, 'libs', folder, 'package.json'), join(tree, 'libs', folder, 'package.json'));
    await symlink(join(tree, 'libs', folder), join(tree, 'node_modules', name));
  }
  for (const name of ['tsconfig.base.json', 'tsconfig.spec.json', 'package.json', '.dependency-cruiser.cjs']) {
    await symlink(join(ROOT, name), join(tree, name));
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, name)), { recursive: true });
    await writeFile(join(tree, name), `${text}\n`);
  }
  const cli = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cli, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'libs', 'test'];
  const run = promisify(execFile)(process.execPath, args, { cwd: tree, maxBuffer: 64 << 20 });
  const { stdout } = await run.catch((failed: { stdout: string }) => failed);
  const result = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  return result.summary.violations;
}

afterAll(() => Promise.all(trees.map((tree) => rm(tree, { recursive: true, force: true }))));

describe('the dependency rules', () => {
  let violations: Violation[];

  beforeAll(async () => {
    const breaches = Object.fromEntries(BREACHES.map(([, file, text]) => [file, text]));
    violations = await violationsIn({ ...INNOCENT, ...breaches });
  });

  it.each(BREACHES)('%s stops %s', (rule, file) => {
    expect(violations.filter((violation) => violation.from === file).map((violation) => violation.rule.name)).toContain(
      rule,
    );
  });

  it('has a deliberate breach for every rule', async () => {
    const config = (await import('../../.dependency-cruiser.cjs')) as { forbidden: { name: string }[] };
    expect(BREACHES.map(([rule]) => rule).toSorted()).toEqual(config.forbidden.map(({ name }) => name).toSorted());
  });

  it('lets the innocent pass', () => {
    const innocent = Object.keys(INNOCENT).filter((file) => !/cycle-b|dead|fine\.ts$/.test(file));
    const accused = violations.filter(({ from, rule }) => innocent.includes(from) && rule.name !== 'no-dead-file');
    expect(accused).toEqual([]);
  });
});

describe('the files', () => {
  const MAX_LINES = 250;
  const OURS = /^(libs\/[^/]+\/src|apps|test)\/(?!.*(node_modules|dist|target)\/).*\.ts$/;

  it(`have at most ${MAX_LINES} lines, specs included`, async () => {
    const folders = ['libs', 'apps', 'test'];
    const listed = await Promise.all(folders.map((folder) => readdir(join(ROOT, folder), { recursive: true })));
    const paths = listed
      .flatMap((names, i) => names.map((name) => `${folders[i]}/${name}`))
      .filter((path) => OURS.test(path));
    const tooLong: string[] = [];
    for (const path of paths) {
      const lines = (await readFile(join(ROOT, path), 'utf8')).split('\n').length - 1;
      if (lines > MAX_LINES) tooLong.push(`${path}: ${lines}`);
    }
    expect(paths).toContain('test/package/architecture.spec.ts');
    expect(tooLong).toEqual([]);
  });
});
