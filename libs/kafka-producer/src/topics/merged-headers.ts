import type { ProducerRecord } from '../record/producer-record.js';
import { isPlainObject } from '../serialization/header-list.js';

type Headers = ProducerRecord['headers'];

/**
 * The headers of a contract with somebody's own over them, name by name.
 *
 * What is no plain object (a `Map`, a promise, a string) would be spread to nothing or to nonsense. It is left as it is, and refused when the record is sent.
 */
export function mergedHeaders(ofContract: Headers, own: Headers): Headers {
  if (!isPlainObject(own)) return own;
  return ofContract === undefined || isPlainObject(ofContract) ? { ...ofContract, ...own } : ofContract;
}
