import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { errorCode } from 'kafka-wire';

const CODES = {
  ILLEGAL_GENERATION: errorCode('ILLEGAL_GENERATION'),
  UNKNOWN_MEMBER_ID: errorCode('UNKNOWN_MEMBER_ID'),
  REBALANCE_IN_PROGRESS: errorCode('REBALANCE_IN_PROGRESS'),
} as const;

/**
 * What `eachBatch` throws so that kafkajs joins the group again within some ten milliseconds, and reads its positions anew. After any other error it goes
 * on as the member it was, and after five of them it crashes: it never forgets one.
 */
export function rejoinError(type: keyof typeof CODES): Error {
  return createErrorFromCode(CODES[type]);
}
