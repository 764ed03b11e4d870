import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { TemplateApplication } from './template-application.js';

/** Ten seconds where nothing else runs and npm has everything; only a defect takes this long. */
const INSTALLED_WITHIN_MS = 600_000;
/** Of each runner's closing lines, the one about tests. */
const PASSED = /^ *Tests:? +(.*)$/m;

/** Everything a newcomer does with the application that `nest new` made for him, after he has installed the libraries. */
export function templateSuite(fixture: string, expected: { readonly nestVersion: RegExp }): void {
  let application: TemplateApplication;

  beforeAll(async () => {
    application = await TemplateApplication.install(fixture);
  }, INSTALLED_WITHIN_MS);
  afterAll(() => application?.remove());

  it('has that Nest', async () => {
    expect(await application.installedVersion('@nestjs/core')).toMatch(expected.nestVersion);
  });

  it('compiles, our declarations included', async () => {
    await expect(application.bin('tsc', '--noEmit')).resolves.toEqual({ stdout: '', stderr: '' });
  });

  it('passes its unit tests, with a producer in memory', async () => {
    expect(await testsOf(application, 'test')).toMatch(/^1 passed/);
  });

  it('passes its end-to-end tests, without a Kafka and with an embedded one', async () => {
    expect(await testsOf(application, 'test:e2e')).toMatch(/^2 passed/);
  });

  it('built by `nest build`, serves a request under plain node, emits the record, and ends on SIGTERM', async () => {
    await application.bin('nest', 'build');
    const kafka = await EmbeddedKafka.start({ topics: [{ name: 'greetings', partitions: 1 }] });
    try {
      const server = await application.start(kafka.bootstrap);
      const answer = await fetch(`${server.url}/hello/Ada`).then((response) => response.text(), String);
      const { code, signal, stderr } = await server.terminate();
      const records = await kafka.recordsIn('greetings');
      expect(answer).toBe('Hello Ada!');
      expect(records.map(({ key, value }) => [String(key), String(value)])).toEqual([
        ['Ada', '{"name":"Ada","text":"Hello Ada!"}'],
      ]);
      // Nest closes the application and then lets the signal end the process.
      expect({ code, signal, stderr }).toEqual({ code: null, signal: 'SIGTERM', stderr: '' });
    } finally {
      await kafka.stop();
    }
  });
}

async function testsOf(application: TemplateApplication, script: string): Promise<string | undefined> {
  const { stdout, stderr } = await application.run('npm', 'run', script);
  return PASSED.exec(stdout + stderr)?.[1];
}
