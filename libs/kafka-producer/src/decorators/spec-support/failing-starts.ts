import { ClusterUnavailableError, UnsupportedVersionError } from '../../cluster/cluster.errors.js';
import { AuthenticationError } from '../../errors/cluster-side.errors.js';

/** What a start may fail with: brokers that do not answer, that are too old, that do not know us. */
export const refused = new ClusterUnavailableError({
  waitedFor: 'answer from a broker',
  timeoutMs: 10_000,
  brokers: ['b1:9092'],
});
export const tooOld = new UnsupportedVersionError({
  broker: 'b1:9092',
  api: 'Produce',
  needed: { min: 9, max: 12 },
  offered: { min: 0, max: 7 },
});
export const credentials = new AuthenticationError({ mechanism: 'PLAIN', broker: 'b1:9092' });
