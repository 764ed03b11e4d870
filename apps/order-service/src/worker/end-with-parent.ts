const PATIENCE_MS = 10_000;

/**
 * A worker that another program has started over a channel, as the demo does, must not outlive it: that one may have had no time to say so. Does nothing in a
 * worker that was started by itself.
 *
 * @returns how to be independent again
 */
export function endWithParent(): () => void {
  const end = (): void => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
  };
  process.once('disconnect', end);
  return () => process.off('disconnect', end);
}
