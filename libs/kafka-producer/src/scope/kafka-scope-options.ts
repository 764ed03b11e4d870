import { describeValue } from '../errors/describe-value.js';

/** Of `@KafkaScope()`. */
export interface KafkaScopeOptions {
  /**
   * Whether the request is one unit, committed before its response is sent. `false` also takes a handler out of the application's `requestScope`.
   *
   * @defaultValue what `requestScope` says for the application, else false
   */
  readonly transactional?: boolean | undefined;
  /**
   * Name of the module whose scope it is, and whose unit.
   *
   * @defaultValue the scopes of all modules; the unit of the default one, or of the only one
   */
  readonly producer?: string | undefined;
}

/** What is wrong with them, as far as that shows without the application. */
export function kafkaScopeProblem(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null) return `it was given ${describeValue(options)}, not options`;
  const { transactional, producer, ...others } = options as Readonly<Record<string, unknown>>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `it has '${unknown}', which has no effect`;
  if (transactional !== undefined && typeof transactional !== 'boolean') {
    return `it has transactional: ${describeValue(transactional)}, which is neither true nor false`;
  }
  if (producer !== undefined && (typeof producer !== 'string' || producer.trim() === '')) {
    return `it has producer: ${describeValue(producer)}, which is no name of a module`;
  }
  return undefined;
}
