import { apis, errorCode, errorName } from 'kafka-wire';
import type { PipelineLog } from '../cluster-settings.js';
import {
  mechanismName,
  saslProvider,
  type SaslProviderArguments,
  type SaslSettings,
} from '../kafkajs/sasl-providers.js';
import { schemaRequest } from '../schema-request.js';
import type { ApiVersionTable } from './api-versions.js';
import type { RequestChannel } from './request-channel.js';
import { endpointText, type BrokerEndpoint } from './transport.js';

export interface SaslExchangeContext {
  readonly sasl: SaslSettings;
  readonly endpoint: BrokerEndpoint;
  readonly versions: ApiVersionTable;
  readonly timeoutMs: number;
  readonly log: PipelineLog;
}

/**
 * Proves who we are on a connection, for the first time or again (KIP-368).
 *
 * @returns how long the broker accepts the proof, in milliseconds; 0: for as long as the connection lives
 */
export async function exchangeSasl(channel: RequestChannel, context: SaslExchangeContext): Promise<number> {
  const mechanism = mechanismName(context.sasl);
  await handshake(channel, context, mechanism);
  let sessionLifetimeMs = 0;
  let lastAnswer: Buffer = Buffer.alloc(0);

  const saslAuthenticate: SaslProviderArguments['saslAuthenticate'] = async ({ request, response }) => {
    const authBytes = withoutSizePrefix(await request.encode());
    const answer = await authenticateStep(channel, context, authBytes);
    sessionLifetimeMs = answer.sessionLifetimeMs;
    lastAnswer = answer.authBytes;
    return response?.parse(await response.decode(withSizePrefix(lastAnswer)));
  };

  const { host, port } = context.endpoint;
  await saslProvider(context.sasl)({ host, port, saslAuthenticate, logger: kafkajsLogger(context.log) }).authenticate();
  // A refused token is not an error on the wire but a JSON status the mechanism must look at (RFC 7628 §3.2.2); kafkajs does not.
  if (mechanism === 'OAUTHBEARER' && lastAnswer.length > 0)
    throw new Error(`the broker refused the token: ${lastAnswer.toString('utf8')}`);
  return sessionLifetimeMs;
}

async function handshake(channel: RequestChannel, context: SaslExchangeContext, mechanism: string): Promise<void> {
  const request = schemaRequest(apis.SaslHandshake, { mechanism }, { timeoutMs: context.timeoutMs, minVersion: 1 });
  const answer = await channel.send(request, context.versions.choose(request, endpointText(context.endpoint)));
  if (answer.errorCode === errorCode('UNSUPPORTED_SASL_MECHANISM')) {
    throw new Error(`the broker does not offer ${mechanism}; it offers ${answer.mechanisms.join(', ') || 'none'}`);
  }
  if (answer.errorCode === errorCode('ILLEGAL_SASL_STATE')) {
    throw new Error('this listener does not use SASL: remove client.sasl, or use the port of a SASL listener');
  }
  if (answer.errorCode !== 0)
    throw new Error(`SaslHandshake failed with ${errorName(answer.errorCode)} (${answer.errorCode})`);
}

async function authenticateStep(
  channel: RequestChannel,
  context: SaslExchangeContext,
  authBytes: Buffer,
): Promise<{ sessionLifetimeMs: number; authBytes: Buffer }> {
  const request = schemaRequest(apis.SaslAuthenticate, { authBytes }, { timeoutMs: context.timeoutMs });
  const answer = await channel.send(request, context.versions.choose(request, endpointText(context.endpoint)));
  if (answer.errorCode !== 0)
    throw new Error(answer.errorMessage ?? `${errorName(answer.errorCode)} (${answer.errorCode})`);
  return answer;
}

/** kafkajs' authenticators write and read the raw SASL frames of Kafka 0.10, which carry their size in four bytes. */
function withoutSizePrefix(bytes: Buffer): Buffer {
  return bytes.subarray(4);
}

function withSizePrefix(bytes: Buffer): Buffer {
  const prefixed = Buffer.allocUnsafe(4 + bytes.length);
  prefixed.writeInt32BE(bytes.length, 0);
  bytes.copy(prefixed, 4);
  return prefixed;
}

/** Everything at debug: the failure itself is thrown, and reported once by the node. */
function kafkajsLogger(log: PipelineLog): SaslProviderArguments['logger'] {
  const write = (message: string): void => log('debug', message);
  const logger = {
    info: write,
    error: write,
    warn: write,
    debug: write,
    setLogLevel: () => undefined,
    namespace: () => logger,
  };
  return logger;
}
