/** Flags that cannot be followed: the message says which and why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
