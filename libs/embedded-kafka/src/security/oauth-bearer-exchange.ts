import type { Clock } from '../time/clock.js';
import { failed, NO_TOKEN, type SaslExchange, type SaslStep } from './sasl-exchange.js';

/** What stands between the parts of a token. */
const SEPARATOR = '\x01';
const GS2_HEADER = /^n,(?:a=([^,]*))?,$/;
const BEARER = /^auth=Bearer +(.+)$/i;
const INVALID_TOKEN = '{"status":"invalid_token"}';

/**
 * OAUTHBEARER (RFC 7628) as Kafka does it for development: any unsigned token (`alg: none`) that has not expired is good, its `sub` is the
 * user. The session ends with the token.
 */
export class OAuthBearerExchange implements SaslExchange {
  #isRefused = false;

  constructor(readonly clock: Clock) {}

  next(token: Buffer): SaslStep {
    // A client that was told why its token is no good says one more thing before it fails.
    if (this.#isRefused) return failed(INVALID_TOKEN);
    const [header = '', ...pairs] = token.toString().split(SEPARATOR);
    const gs2 = GS2_HEADER.exec(header);
    const bearer = pairs.map((pair) => BEARER.exec(pair)?.[1]).find((one) => one !== undefined);
    if (gs2 === null || bearer === undefined) return failed();
    const [, authorizationId = ''] = gs2;
    const claims = claimsOf(bearer);
    const expiresAtMs = Number(claims?.['exp']) * 1000;
    const username = claims?.['sub'];
    if (typeof username !== 'string' || !(expiresAtMs > this.clock.wallTime())) {
      this.#isRefused = true;
      return { kind: 'continue', token: Buffer.from(INVALID_TOKEN) };
    }
    if (authorizationId !== '' && authorizationId !== username) {
      return failed(
        `Authentication failed: Client requested an authorization id (${authorizationId}) that is different from the token's principal name (${username})`,
      );
    }
    return { kind: 'done', token: NO_TOKEN, username, expiresAtMs };
  }
}

function claimsOf(bearer: string): Readonly<Record<string, unknown>> | undefined {
  const [header = '', claims = '', signature, ...more] = bearer.split('.');
  try {
    const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg?: unknown };
    if (alg !== 'none' || signature !== '' || more.length > 0) return undefined;
    return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
