/** How many turns are asked for at once: the event loop looks for input and output between two rounds, which costs more than a turn. */
const TURNS_PER_ROUND = 32;

/**
 * Calls `step` once per turn of the event loop until it says that it is done. Between two calls everything that the first has set going is over:
 * every `process.nextTick` and every promise reaction.
 *
 * @param step returns true when it is done; what it throws ends the turns, too
 */
export function turnByTurn(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const turn = (): void => {
      if (isOver) return;
      try {
        isOver = step();
        if (isOver) resolve();
      } catch (error) {
        isOver = true;
        reject(error);
      }
    };
    const round = (): void => {
      if (isOver) return;
      for (let turns = 0; turns < TURNS_PER_ROUND; turns++) setImmediate(turn);
      setImmediate(round);
    };
    round();
  });
}
