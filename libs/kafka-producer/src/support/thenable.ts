export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/**
 * For a promise that came where a value was wanted. Whoever made it is told that; if it rejects as well nobody listens, and Node would end the process.
 */
export function silence(value: unknown): void {
  if (isThenable(value)) Promise.resolve(value).catch(() => {});
}
