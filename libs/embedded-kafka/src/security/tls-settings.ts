import { isKeyOf, issueCertificate, type KeyAndCertificate } from './certificate.js';

/** Whether clients show a certificate of their own (`ssl.client.auth`). */
export type ClientAuth = 'none' | 'requested' | 'required';

export interface TlsOptions {
  /** Private key of the brokers, PEM; together with `cert`. @defaultValue a new one */
  readonly key?: string;
  /** Certificate of the brokers, PEM. @defaultValue a self-signed one for localhost and 127.0.0.1 */
  readonly cert?: string;
  /** Whose certificates of clients are good, PEM. */
  readonly ca?: string;
  /** Whether clients must show a certificate; its subject is their principal (`ssl.client.auth`). @defaultValue 'none' */
  readonly clientAuth?: ClientAuth;
  /** Milliseconds a connection waits before the broker begins the handshake. @defaultValue 0 */
  readonly handshakeDelayMs?: number;
}

export type TlsSettings = KeyAndCertificate &
  Required<Pick<TlsOptions, 'clientAuth' | 'handshakeDelayMs'>> &
  Pick<TlsOptions, 'ca'>;

const LOCAL = { commonName: 'localhost', hosts: ['localhost', '127.0.0.1'] };

export function tlsSettings(options: true | TlsOptions): TlsSettings {
  const { key, cert, ca, clientAuth = 'none', handshakeDelayMs = 0 } = options === true ? {} : options;
  const own = key !== undefined && cert !== undefined ? { key, cert } : issueCertificate(LOCAL);
  return { ...own, clientAuth, handshakeDelayMs, ...(ca !== undefined && { ca }) };
}

/** What is wrong with the option `tls`. */
export function tlsProblem(options: unknown): string | undefined {
  if (typeof options === 'boolean') return undefined;
  if (typeof options !== 'object' || options === null) return 'must be true or { key, cert, ca, clientAuth }';
  const { key, cert, clientAuth = 'none', ca, handshakeDelayMs = 0 } = options as TlsOptions;
  if ((key === undefined) !== (cert === undefined)) return 'must have both key and cert, or neither';
  if (!['none', 'requested', 'required'].includes(clientAuth)) {
    return `.clientAuth must be 'none', 'requested' or 'required', not ${JSON.stringify(clientAuth)}`;
  }
  if (clientAuth !== 'none' && ca === undefined) return '.ca is needed to judge the certificates of clients';
  if (!Number.isInteger(handshakeDelayMs) || handshakeDelayMs < 0) return '.handshakeDelayMs must be 0 or more';
  try {
    return key === undefined || cert === undefined || isKeyOf({ key, cert }) ? undefined : 'has a cert of another key';
  } catch (error) {
    return `has a key or cert that cannot be read: ${(error as Error).message}`;
  }
}
