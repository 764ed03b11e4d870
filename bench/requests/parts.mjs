/**
 * What W11 measures: applications of one endpoint that differ in one thing, side by side.
 *
 * @typedef {object} Variant
 * @property {string} name
 * @property {string} what
 * @property {'nothing' | 'context-in-use' | 'interceptor' | 'context' | 'scope' | 'scope-and-interceptor'} around the handler; scope: `requestScope` of the module
 * @property {'singleton' | 'request' | 'facade'} controller
 * @property {'none' | 'one-by-one' | 'together' | 'scope'} emits of three records per request
 *
 * @typedef {object} Part
 * @property {string} id as in `--scenarios`
 * @property {string} title
 * @property {boolean} needsBroker
 * @property {number} [brokerDelayMs] an embedded broker that far away instead of Apache Kafka
 * @property {readonly Variant[]} variants the first is what the others are held against
 */

/** @type {Pick<Variant, 'around' | 'controller' | 'emits'>} */
const IDLE = { around: 'nothing', controller: 'singleton', emits: 'none' };

/** Records per request, where there are any. */
export const EMITS = 3;

const FAR_MS = 5;

const EMITTING = [
  { name: 'ack', what: 'awaited one by one', ...IDLE, emits: 'one-by-one' },
  { name: 'ack-together', what: 'in `Promise.all`', ...IDLE, emits: 'together' },
  { name: 'scope', what: "`waitFor: 'scope'`", ...IDLE, around: 'scope', emits: 'scope' },
];

/** @type {readonly Part[]} */
export const parts = [
  {
    id: 'open',
    title: 'an endpoint that returns an object and sends nothing',
    needsBroker: false,
    variants: [
      { name: 'plain', what: 'no scope', ...IDLE },
      { name: 'plain-again', what: 'the same: what measuring is off by', ...IDLE },
      {
        name: 'context-in-use',
        what: 'an AsyncLocalStorage was used once, by somebody, for something else',
        ...IDLE,
        around: 'context-in-use',
      },
      { name: 'interceptor', what: 'an interceptor that does nothing', ...IDLE, around: 'interceptor' },
      { name: 'async-context', what: 'one that runs the handler in an AsyncLocalStorage', ...IDLE, around: 'context' },
      { name: 'scope', what: 'a scope around each request', ...IDLE, around: 'scope' },
      {
        name: 'scope-and-interceptor',
        what: 'a scope around each request, and an interceptor that does nothing',
        ...IDLE,
        around: 'scope-and-interceptor',
      },
      {
        name: 'request-scoped',
        what: 'no scope, a controller made anew for each request',
        ...IDLE,
        controller: 'request',
      },
      {
        name: 'facade',
        what: 'a scope, and a controller made anew because RequestKafkaProducer is injected into it',
        ...IDLE,
        around: 'scope',
        controller: 'facade',
      },
    ],
  },
  {
    id: 'emits',
    title: `an endpoint that emits ${EMITS} records`,
    needsBroker: true,
    variants: EMITTING,
  },
  {
    id: 'far',
    title: `the same with a broker ${FAR_MS} ms away`,
    needsBroker: true,
    brokerDelayMs: FAR_MS,
    variants: EMITTING,
  },
];

/**
 * What a part is called in results and goals.
 *
 * @param {string} id
 */
export function partOf(id) {
  return `W11 ${id}`;
}
