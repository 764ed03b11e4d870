import { failed, NO_TOKEN, type SaslExchange, type SaslStep } from './sasl-exchange.js';
import type { UserStore } from './users.js';

const PARTS = 3;

/** PLAIN (RFC 4616): the client sends an authorization id, a name and a password, in clear. */
export class PlainExchange implements SaslExchange {
  constructor(readonly users: UserStore) {}

  next(token: Buffer): SaslStep {
    const parts = token.toString().split('\0');
    const [authorizationId, username = '', password = ''] = parts;
    if (parts.length !== PARTS) {
      return failed(`Invalid SASL/PLAIN response: expected ${PARTS} tokens, got ${Math.min(parts.length, PARTS + 1)}`);
    }
    if (username === '') return failed('Authentication failed: username not specified');
    if (password === '') return failed('Authentication failed: password not specified');
    if (!this.users.hasPassword(username, password)) {
      return failed('Authentication failed: Invalid username or password');
    }
    if (authorizationId !== '' && authorizationId !== username) {
      return failed('Authentication failed: Client requested an authorization id that is different from username');
    }
    return { kind: 'done', token: NO_TOKEN, username };
  }
}
