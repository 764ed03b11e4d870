import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bitString, boolean, integer, objectId, octetString, sequence, set, tagged, time, utf8String } from './der.js';

/** A certificate and its private key, both PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateRequest {
  /** `CN` of the subject: on a client's certificate its principal is `User:CN=…`. */
  readonly commonName: string;
  /** Host names and IPv4 addresses it is good for. @defaultValue [] */
  readonly hosts?: readonly string[];
  /** @defaultValue 2020, so that it does not depend on anybody's clock */
  readonly validFrom?: Date;
  /** @defaultValue the end of 2049 */
  readonly validTo?: Date;
  /** Who signs it. @defaultValue itself */
  readonly issuer?: KeyAndCertificate;
}

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
} as const;

const VERSION_3 = 2;
const ALT_NAME = { dns: 2, ip: 7 } as const;
/** digitalSignature and keyCertSign: it may vouch for itself and for others. */
const KEY_USAGE = bitString(Buffer.from([0b1000_0100]), 2);
const VALID_FROM = new Date('2020-01-01T00:00:00Z');
const VALID_TO = new Date('2049-12-31T23:59:59Z');

/**
 * Makes a certificate (X.509 version 3, RFC 5280) with a new key on the curve P-256. Node can read certificates and not write them.
 *
 * For tests: a client's certificate for mutual TLS, or one that a client must refuse (expired, for another host).
 */
export function issueCertificate(request: CertificateRequest): KeyAndCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const { issuer } = request;
  const signer = createPrivateKey(issuer?.key ?? privateKey);
  const issuerName = issuer === undefined ? request.commonName : commonNameOf(issuer.cert);
  const body = tbsCertificate(request, issuerName, publicKey);
  const certificate = sequence(body, algorithm(), bitString(sign('sha256', body, signer)));
  return { key: privateKey, cert: new X509Certificate(certificate).toString() };
}

/** Whether the two belong together; throws what OpenSSL says when one of them cannot be read. */
export function isKeyOf({ key, cert }: KeyAndCertificate): boolean {
  const inCertificate = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).equals(inCertificate);
}

function tbsCertificate(request: CertificateRequest, issuerName: string, publicKey: Buffer): Buffer {
  const { validFrom = VALID_FROM, validTo = VALID_TO, commonName, hosts = [] } = request;
  // As unique as the key, and below 2^159 as the RFC wants it.
  const serial = createHash('sha256').update(publicKey).digest().subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const extensions = [
    extension(OID.basicConstraints, sequence(boolean(true)), { isCritical: true }),
    extension(OID.keyUsage, KEY_USAGE, { isCritical: true }),
    ...(hosts.length > 0 ? [extension(OID.subjectAltName, sequence(...hosts.map(altName)))] : []),
  ];
  return sequence(
    tagged(0, integer(Buffer.from([VERSION_3])), { isExplicit: true }),
    integer(serial),
    algorithm(),
    distinguishedName(issuerName),
    sequence(time(validFrom), time(validTo)),
    distinguishedName(commonName),
    publicKey,
    tagged(3, sequence(...extensions), { isExplicit: true }),
  );
}

function algorithm(): Buffer {
  return sequence(objectId(OID.ecdsaWithSha256));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(objectId(OID.commonName), utf8String(commonName))));
}

function extension(id: string, value: Buffer, { isCritical = false } = {}): Buffer {
  return sequence(objectId(id), ...(isCritical ? [boolean(true)] : []), octetString(value));
}

function altName(host: string): Buffer {
  return isIPv4(host)
    ? tagged(ALT_NAME.ip, Buffer.from(host.split('.').map(Number)))
    : tagged(ALT_NAME.dns, Buffer.from(host));
}

function commonNameOf(cert: string): string {
  return /^CN=(.*)$/m.exec(new X509Certificate(cert).subject)?.[1] ?? '';
}
