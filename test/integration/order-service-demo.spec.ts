import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeWithKafka } from '../support/apache-kafka.js';

const MAIN = resolve(import.meta.dirname, '../../apps/order-service/dist/demo/main.js');

describeWithKafka('npm run demo -- --brokers', (kafka) => {
  it(
    'answers every order exactly once on a cluster that was there before, and again the second time',
    { timeout: 240_000 },
    async () => {
      const args = ['--disable-warning=TimeoutNegativeWarning', MAIN, '--brokers', kafka().bootstrap.join(',')];
      for (const run of ['first', 'second']) {
        const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
        expect(stdout, run).toMatch(/^orders\.placed +300 /m);
        expect(stdout, run).toMatch(/^inventory\.reserved +705 /m);
        expect(stdout, run).toContain(
          'Every one of the 300 orders was answered exactly once: 277 confirmed, 23 rejected',
        );
        expect(stderr, run).toBe('');
      }
    },
  );
});
