import type { SaslOptions } from '../security/sasl-settings.js';
import { UsageError } from './usage-error.js';

/** `ada:secret` as a user; a password may have colons. @throws UsageError without repeating what may be a password */
export function parseUsers(texts: readonly string[]): SaslOptions {
  const users = texts.map((text) => {
    const colon = text.indexOf(':');
    if (colon < 1 || colon === text.length - 1) throw new UsageError('--user takes name:password');
    return { username: text.slice(0, colon), password: text.slice(colon + 1) };
  });
  return { users };
}
