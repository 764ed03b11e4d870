import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';

import type { ApacheKafka } from '../apache-kafka/launcher.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the bootstrap list of the broker all suites share; the first request starts it. */
    sharedApacheKafkaUrl: string;
  }
}

let server: Server;
let started: Promise<ApacheKafka> | undefined;

/**
 * One broker for all suites of a run, started by the first that asks: two suites in two workers would each pay for a start, and a run
 * without such a suite should pay nothing.
 */
export async function setup(project: TestProject): Promise<void> {
  server = createServer((_request, response) => {
    started ??= start();
    started.then(
      ({ bootstrap }) => response.end(JSON.stringify(bootstrap)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  project.provide('sharedApacheKafkaUrl', `http://127.0.0.1:${port}/`);
}

async function start(): Promise<ApacheKafka> {
  const { startApacheKafka } = await import('../apache-kafka/launcher.mjs');
  return startApacheKafka();
}

export async function teardown(): Promise<void> {
  server.close();
  const kafka = await started?.catch(() => undefined);
  await kafka?.stop();
}
