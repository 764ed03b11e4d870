import type { TransactionalOptions } from '../transactions/transactional.options.js';

/** Of `@Transactional()`. */
export interface TransactionalMethodOptions extends Omit<TransactionalOptions, 'signal'> {
  /** Name of the module whose producer it is. @defaultValue 'default' */
  readonly producer?: string | undefined;
}
