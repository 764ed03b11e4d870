import type { AuthenticationProviderArgs, Authenticator, Mechanism, SASLOptions } from 'kafkajs';
import awsIam from 'kafkajs/src/broker/saslAuthenticator/awsIam.js';
import oauthBearer from 'kafkajs/src/broker/saslAuthenticator/oauthBearer.js';
import plain from 'kafkajs/src/broker/saslAuthenticator/plain.js';
import scram256 from 'kafkajs/src/broker/saslAuthenticator/scram256.js';
import scram512 from 'kafkajs/src/broker/saslAuthenticator/scram512.js';

/** kafkajs' `sasl` option: a built-in mechanism with its credentials, or a mechanism of the user's with an `authenticationProvider`. */
export type SaslSettings = SASLOptions | Mechanism;

export type SaslProvider = (args: AuthenticationProviderArgs) => Authenticator;
export type { AuthenticationProviderArgs as SaslProviderArguments };

/** The mechanism names as the broker knows them. */
const BUILT_IN: ReadonlyMap<string, (sasl: object) => SaslProvider> = new Map([
  ['PLAIN', plain],
  ['SCRAM-SHA-256', scram256],
  ['SCRAM-SHA-512', scram512],
  ['OAUTHBEARER', oauthBearer],
  ['AWS', awsIam],
]);

/** As sent in SaslHandshake. */
export function mechanismName(sasl: SaslSettings): string {
  return sasl.mechanism.toUpperCase();
}

/**
 * What speaks the mechanism.
 *
 * @throws Error when the mechanism is neither built in nor comes with an `authenticationProvider`
 */
export function saslProvider(sasl: SaslSettings): SaslProvider {
  if ('authenticationProvider' in sasl && typeof sasl.authenticationProvider === 'function')
    return sasl.authenticationProvider;
  const builtIn = BUILT_IN.get(mechanismName(sasl));
  if (builtIn === undefined) {
    throw new Error(
      `'${sasl.mechanism}' is not built in (${[...BUILT_IN.keys()].join(', ')}): pass client.sasl.authenticationProvider with it`,
    );
  }
  // A copy per attempt, because kafkajs' AWS authenticator writes to the object it is given.
  return (args) => builtIn({ ...sasl })(args);
}
