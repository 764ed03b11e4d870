import type { Clock } from '../../support/clock.js';
import type { IdentityRenewal } from './identity-renewal.js';
import type { TransactionEnd } from './transaction-end.js';
import type { TransactionOffsets } from './transaction-offsets.js';
import type { TransactionPartitions } from './transaction-partitions.js';
import type { TransactionRecords } from './transaction-records.js';
import type { TransactionRequests } from './transaction-requests.js';
import type { TransactionalIdentity } from './transactional-identity.js';
import type { Waits } from './waits.js';

/** What a transactional producer is made of. */
export interface ProducerParts {
  readonly transactionalId: string;
  readonly clock: Clock;
  readonly waits: Waits;
  readonly identity: TransactionalIdentity;
  readonly requests: TransactionRequests;
  readonly renewal: IdentityRenewal;
  readonly partitions: TransactionPartitions;
  readonly offsets: TransactionOffsets;
  readonly end: TransactionEnd;
  readonly records: TransactionRecords;
}
