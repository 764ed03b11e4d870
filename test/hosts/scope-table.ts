import type { EmbeddedKafka } from 'embedded-kafka';
import { answerScopes } from './scope-answers.js';
import type { ScopeCase } from './scope-case.js';
import { facadeScopes } from './scope-facade.js';
import { httpScopes } from './scope-http.js';
import { messageScopes } from './scope-messages.js';
import { oddRouteScopes } from './scope-odd-routes.js';
import { otherScopes } from './scope-others.js';
import { routeScopes } from './scope-routes.js';

/** Every edge of the request scope that may depend on the version of Nest. */
export const scopeCases: readonly ScopeCase[] = [
  ...httpScopes,
  ...routeScopes,
  ...oddRouteScopes,
  ...answerScopes,
  ...messageScopes,
  ...otherScopes,
  ...facadeScopes,
];

/** Each has a topic of its own; a fault of one must not strike another. */
export async function runScopeCase(scopeCase: ScopeCase, kafka: EmbeddedKafka): Promise<void> {
  const topic = `scope-${scopeCases.indexOf(scopeCase)}`;
  kafka.createTopic({ name: topic });
  try {
    await scopeCase.run(kafka, topic);
  } finally {
    kafka.faults.clear();
  }
}
