// kafkajs 2.2.4 publishes no types for these files. The shapes below were read from its sources; ~2.2.4 is pinned in package.json.
declare module 'kafkajs/src/broker/saslAuthenticator/*.js' {
  import type { AuthenticationProviderArgs, Authenticator } from 'kafkajs';

  const provider: (sasl: object) => (args: AuthenticationProviderArgs) => Authenticator;
  export = provider;
}
