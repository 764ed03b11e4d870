import { isIP } from 'node:net';
import { RequestTimeoutError } from '../cluster.errors.js';

/** What is known about a connection that did not come about. */
export interface FailedConnect {
  readonly host: string;
  readonly port: number;
  /** How far it came: name and TCP, TLS, the first exchange with the broker. */
  readonly stage: 'tcp' | 'tls' | 'open';
  readonly secure: boolean;
  readonly timeoutMs: number;
  readonly timedOut: boolean;
  readonly cause: unknown;
  readonly firstBytes: Buffer | undefined;
}

/** Says what probably happened and what to change: half a sentence that follows "Could not connect to broker host:port: ". */
export function connectProblem(failed: FailedConnect): string {
  const foreign = failed.firstBytes === undefined ? undefined : foreignPeer(failed.firstBytes);
  if (foreign !== undefined) return foreign;
  if (failed.timedOut || failed.cause instanceof RequestTimeoutError) return timeoutProblem(failed);
  const error = failed.cause instanceof Error ? failed.cause : undefined;
  const code = error !== undefined && 'code' in error ? String(error.code) : '';
  if (failed.stage === 'tcp') return tcpProblem(failed, code, error);
  if (failed.stage === 'tls') return tlsProblem(code, error);
  return handshakeProblem(failed, code, error);
}

function tcpProblem({ host, port }: FailedConnect, code: string, error: Error | undefined): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name '${host}' does not resolve (${code}). Check the host name and this machine's DNS`;
    case 'ECONNREFUSED':
      return `nothing listens on port ${port} of ${isIP(host) === 0 ? `'${host}'` : host} (ECONNREFUSED). Check the port, and that the broker runs`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no route to ${host} (${code}). Check the address, network and firewall`;
    default:
      return error?.message ?? 'the connection was closed while it was being made';
  }
}

/** Remedies by OpenSSL's and Node's error codes; the first match wins. */
const TLS_PROBLEMS: readonly (readonly [code: RegExp, problem: string])[] = [
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|ECONNRESET|EPIPE|^$/,
    'the peer ended the TLS handshake without speaking TLS: this is probably a plaintext listener. Remove client.ssl, or use the port of the SSL listener',
  ],
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/,
    "the broker's certificate is signed by an authority this process does not trust. Pass the authority's certificate as client.ssl.ca",
  ],
  [
    /ALTNAME_INVALID/,
    "the broker's certificate is for another host name. Connect by a name in the certificate, or set client.ssl.servername",
  ],
  [/CERT_HAS_EXPIRED/, "the broker's certificate has expired. Renew it on the broker"],
  [
    /ALERT|CERTIFICATE_REQUIRED/,
    'the broker refused our side of the TLS handshake. If it asks for client certificates pass client.ssl.cert and client.ssl.key',
  ],
];

function tlsProblem(code: string, error: Error | undefined): string {
  const problem = TLS_PROBLEMS.find(([pattern]) => pattern.test(code))?.[1];
  const detail = error === undefined ? '' : ` (${code === '' ? error.message : code})`;
  return problem === undefined ? (error?.message ?? 'TLS failed') : `${problem}${detail}`;
}

function handshakeProblem({ secure }: FailedConnect, code: string, error: Error | undefined): string {
  if (/ALERT|CERTIFICATE_REQUIRED/.test(code)) return tlsProblem(code, error);
  const closed = error === undefined || ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code);
  if (!closed) return error.message;
  return secure
    ? 'the connection was closed before the ApiVersions request was answered. Check that this is a Kafka listener; if it asks for client certificates pass client.ssl.cert and client.ssl.key'
    : 'the connection was closed before the ApiVersions request was answered: this is probably a TLS listener. Set client.ssl, or use the port of the plaintext listener';
}

function timeoutProblem({ stage, secure, timeoutMs }: FailedConnect): string {
  if (stage === 'tcp')
    return `no answer within ${timeoutMs} ms (TCP). Check the address, network and firewall, or raise client.connectionTimeout`;
  if (stage === 'tls') {
    return `the TLS handshake did not finish within ${timeoutMs} ms. Check that this is an SSL listener, or raise client.connectionTimeout`;
  }
  const hint = secure ? '' : ' It may be a TLS listener: then set client.ssl.';
  return `connected, but the ApiVersions request was not answered within ${timeoutMs} ms.${hint} Check that this is a Kafka listener, or raise client.connectionTimeout`;
}

/** Recognises peers that answer in another protocol. */
function foreignPeer(bytes: Buffer): string | undefined {
  const isTlsRecord = (bytes[0] === 0x15 || bytes[0] === 0x16) && bytes[1] === 0x03;
  if (isTlsRecord) return 'the peer speaks TLS. Set client.ssl, or use the port of the plaintext listener';
  const text = bytes.subarray(0, 5).toString('latin1');
  if (text.startsWith('HTTP/') || text.startsWith('<html'))
    return 'an HTTP server answered. Use the port of a Kafka listener';
  if (text.startsWith('SSH-')) return 'an SSH server answered. Use the port of a Kafka listener';
  return undefined;
}
