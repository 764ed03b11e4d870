/** Topics that are there all the time. */
export const STABLE = ['s-0', 's-1', 's-2', 's-3'];

/** Little is kept, so that what grows is not the logs. */
export const CONFIGS = {
  'retention.bytes': '262144',
  'retention.ms': '10000',
  'segment.bytes': '1048576',
  'segment.ms': '5000',
};
