import { apis } from 'kafka-wire';
import { accessOfCluster } from './access-of-cluster.js';
import { accessOfGroups } from './access-of-groups.js';
import { accessOfRecords } from './access-of-records.js';
import { accessOfTopics } from './access-of-topics.js';
import type { AccessRule } from './access-rule.js';
import type { ApiHandler } from './api-handler.js';
import { authorized } from './authorized-handler.js';

const RULES: ReadonlyMap<number, AccessRule> = new Map(
  [...accessOfRecords, ...accessOfTopics, ...accessOfGroups, ...accessOfCluster].map((rule) => [rule.api.key, rule]),
);

/** Answers of these tell what the client may do, also where everybody may do everything. */
const TELLING: readonly number[] = [apis.Metadata.key, apis.DescribeGroups.key, apis.DescribeCluster.key];
/** Needed before anybody is known: no right is asked for. */
const OPEN: readonly number[] = [apis.ApiVersions.key, apis.SaslHandshake.key, apis.SaslAuthenticate.key];

/**
 * Puts the rules of access before the handlers.
 *
 * @throws Error for an API without a rule, which nobody could mean
 */
export function authorizedHandlers(
  handlers: ReadonlyMap<number, ApiHandler>,
  isAuthorizing: boolean,
): ReadonlyMap<number, ApiHandler> {
  return new Map(
    [...handlers].map(([key, handler]) => {
      const rule = RULES.get(key);
      if (isAuthorizing && rule === undefined && !OPEN.includes(key))
        throw new Error(`${handler.api.name} has no rule of access`);
      const isChecked = rule !== undefined && (isAuthorizing || TELLING.includes(key));
      return [key, isChecked ? authorized(handler, rule) : handler];
    }),
  );
}
