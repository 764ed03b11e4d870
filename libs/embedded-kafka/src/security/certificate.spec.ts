import { X509Certificate } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { isKeyOf, issueCertificate } from './certificate.js';

describe('issueCertificate', () => {
  it('vouches for itself and for the hosts it names', () => {
    const { key, cert } = issueCertificate({ commonName: 'localhost', hosts: ['localhost', '127.0.0.1'] });
    const certificate = new X509Certificate(cert);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate).toMatchObject({
      ca: true,
      subject: 'CN=localhost',
      issuer: 'CN=localhost',
      subjectAltName: 'DNS:localhost, IP Address:127.0.0.1',
    });
    expect([certificate.checkHost('localhost'), certificate.checkIP('127.0.0.1')]).toEqual(['localhost', '127.0.0.1']);
    expect(isKeyOf({ key, cert })).toBe(true);
  });

  it('is signed by whom it was asked from', () => {
    const issuer = issueCertificate({ commonName: 'the authority' });
    const { cert } = issueCertificate({ commonName: 'alice', issuer });
    const certificate = new X509Certificate(cert);
    expect(certificate.issuer).toBe('CN=the authority');
    expect(certificate.verify(new X509Certificate(issuer.cert).publicKey)).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(false);
    expect(isKeyOf({ key: issuer.key, cert })).toBe(false);
  });

  it.each([
    ['both in two digits of a year', '2021-02-03T04:05:06Z', '2049-12-31T23:59:59Z'],
    ['the end in four', '2021-02-03T04:05:06Z', '2050-01-01T00:00:00Z'],
  ])('is valid between two instants, %s', (_name, from, to) => {
    const { cert } = issueCertificate({ commonName: 'x', validFrom: new Date(from), validTo: new Date(to) });
    const { validFrom, validTo } = new X509Certificate(cert);
    expect([new Date(validFrom), new Date(validTo)]).toEqual([new Date(from), new Date(to)]);
  });

  it('has a name of any length', () => {
    const commonName = 'é'.repeat(30_000);
    expect(new X509Certificate(issueCertificate({ commonName }).cert).raw.includes(Buffer.from(commonName))).toBe(true);
  });
});
