import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** A full collection, without the flag on the command line. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** The heap and the buffers outside of it. */
export function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
