import { defineConfig } from 'vitest/config';

import { mutantPlugin } from './test/simulation/mutants/mutant-plugin.js';

/** Libraries are tested from their sources: their exports maps name this condition first. */
const conditions = ['@nestjs-kafka-producer/source'];

const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
} as const;

const env = { KAFKAJS_NO_PARTITIONER_WARNING: '1' };

function suite(name: string, include: string[], testTimeoutMs: number) {
  return {
    ...shared,
    test: { name, include, env, testTimeout: testTimeoutMs, hookTimeout: 120_000, restoreMocks: true },
  };
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    globalSetup: ['test/support/apache-kafka.setup.ts'],
    projects: [
      suite('unit', ['libs/*/src/**/*.spec.ts'], 10_000),
      suite('wire', ['test/wire/**/*.spec.ts'], 60_000),
      suite('conformance', ['test/conformance/**/*.spec.ts'], 60_000),
      suite('faults', ['test/history/**/*.spec.ts', 'test/faults/**/*.spec.ts'], 120_000),
      suite('integration', ['test/{integration,transactions,database}/**/*.spec.ts'], 60_000),
      suite('interop', ['test/interop/**/*.spec.ts'], 120_000),
      { ...suite('simulation', ['test/simulation/**/*.spec.ts'], 60_000), plugins: [mutantPlugin()] },
      suite('process', ['test/process/**/*.spec.ts'], 120_000),
      suite('hosts', ['test/hosts/**/*.spec.ts'], 120_000),
      suite('e2e', ['apps/*/test/**/*.spec.ts'], 60_000),
      suite('apps', ['test/apps/**/*.spec.ts'], 60_000),
      suite('bench', ['test/bench/**/*.spec.ts'], 10_000),
      suite('package', ['test/package/**/*.spec.ts', 'test/docs/**/*.spec.ts'], 120_000),
    ],
  },
});
