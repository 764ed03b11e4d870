import { describe, expect, it } from 'vitest';
import { errorCode, errorCodes, errorName, isRetriableError } from './error-codes.js';

describe('error codes', () => {
  it('finds every code by its name and every name by its code', () => {
    for (const [code, { name, retriable }] of Object.entries(errorCodes)) {
      expect(errorCode(name)).toBe(Number(code));
      expect(errorName(Number(code))).toBe(name);
      expect(isRetriableError(Number(code))).toBe(retriable);
    }
    expect(errorCode('UNKNOWN_SERVER_ERROR')).toBe(-1);
    expect(errorCode('NOT_LEADER_OR_FOLLOWER')).toBe(6);
  });

  it('names a code newer than the table and does not call it retriable', () => {
    expect(errorName(31000)).toBe('UNRECOGNIZED_ERROR_31000');
    expect(isRetriableError(31000)).toBe(false);
  });
});
