import type { ConnectionPurpose } from '../cluster/cluster.js';
import type { Settlement } from './batch-settlement.js';
import type { IdentitySource } from './producer-identity.js';

/** What is different for records of transactions. */
export interface SenderParts {
  readonly identity: IdentitySource;
  readonly settlement: Settlement;
  readonly purpose: ConnectionPurpose;
}
