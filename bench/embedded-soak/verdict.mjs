/** What a row of samples says about memory: that it stands still, that it grows, or that nobody can tell. */

/** Code that is compiled, caches that fill up, states that expire for the first time. */
const WARM_UP_SHARE = 0.25;
const WARM_UP_MS = 120_000;
const FEWEST_SAMPLES = 12;
const MINUTE_MS = 60_000;
/** About 95 of 100 straight lines through noise are within so many standard errors of the truth. */
const STANDARD_ERRORS = 2;
/** MiB a minute that are growth. How it was found is in README.md. */
const LIMIT = 1;

/**
 * The slope of a straight line through the samples after the warm-up, and how sure it is: `FLAT` when even the steepest slope that the noise allows is below
 * the limit, `GROWS` when even the least steep one is above it, else `UNDECIDED`, which is no pass. Too short a run is therefore undecided, and not flat.
 *
 * What is in use decides. The memory of the process goes up and down by tens of MiB with the pages that V8 holds, so it can only testify to growth.
 *
 * @param {readonly { atMs: number, usedMib: number, rssMib: number }[]} samples
 * @returns {{ isFlat: boolean, text: string }}
 */
export function verdictOn(samples) {
  const settled = samples.slice(warmUpOf(samples));
  if (settled.length < FEWEST_SAMPLES) {
    return { isFlat: false, text: `UNDECIDED: ${settled.length} samples after the warm-up are too few` };
  }
  const minutes = settled.map(({ atMs }) => atMs / MINUTE_MS);
  const used = judge(
    minutes,
    settled.map(({ usedMib }) => usedMib),
  );
  const rss = judge(
    minutes,
    settled.map(({ rssMib }) => rssMib),
  );
  const says = rss.says === 'GROWS' ? 'GROWS' : used.says;
  const span = (minutes.at(-1) - minutes[0]).toFixed(1);
  const text = `${says} over the last ${span} min, limit ${LIMIT} MiB/min: in use ${used.text}, RSS ${rss.text}`;
  return { isFlat: says === 'FLAT', text };
}

function judge(minutes, values) {
  const { slope, error } = lineThrough(minutes, values);
  const margin = STANDARD_ERRORS * error;
  const says = slope - margin > LIMIT ? 'GROWS' : slope + margin < LIMIT ? 'FLAT' : 'UNDECIDED';
  const text = `${slope >= 0 ? '+' : ''}${slope.toFixed(2)} ± ${margin.toFixed(2)} at ${mean(values).toFixed(1)} MiB`;
  return { says, text };
}

function warmUpOf(samples) {
  const isWarm = ({ atMs }) => atMs > WARM_UP_MS;
  const first = samples.findIndex(isWarm);
  return Math.max(Math.floor(samples.length * WARM_UP_SHARE), first < 0 ? samples.length : first);
}

/**
 * Least squares, with the standard error of the slope. Samples that follow each other resemble each other, so they count for fewer than they are: by the
 * correlation of neighbours.
 *
 * @param {readonly number[]} xs
 * @param {readonly number[]} ys
 */
function lineThrough(xs, ys) {
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const spread = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  const slope = xs.reduce((sum, x, at) => sum + (x - meanX) * (ys[at] - meanY), 0) / spread;
  const off = ys.map((y, at) => y - meanY - slope * (xs[at] - meanX));
  const squares = off.reduce((sum, one) => sum + one * one, 0);
  const neighbours = off.slice(1).reduce((sum, one, at) => sum + one * off[at], 0);
  const alike = squares === 0 ? 0 : Math.min(0.9, Math.max(0, neighbours / squares));
  const error = Math.sqrt((squares / (xs.length - 2) / spread) * ((1 + alike) / (1 - alike)));
  return { slope, error };
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
