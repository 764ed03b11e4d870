/**
 * The other end of `inFreshProcess()`: does what was ordered, tells the parent what came of it, and ends.
 *
 * @template O
 * @param {(order: O) => Promise<unknown>} run
 */
export function answerParent(run) {
  // Nobody is left to report to.
  process.on('disconnect', () => process.exit(1));
  run(JSON.parse(process.argv[2])).then(
    (result) => process.send?.({ result }, () => process.exit(0)),
    (error) => process.send?.({ error: error?.stack ?? String(error) }, () => process.exit(1)),
  );
}
