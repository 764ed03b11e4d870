// @ts-check
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const KEYSTORE_PASSWORD = 'not-a-secret';

/**
 * A self-signed certificate for localhost, made with the JDK's keytool, valid for two days.
 *
 * @param {string} folder
 * @returns {Promise<{ keystore: string, ca: string }>} path of the key store; the certificate as PEM, for the clients' `ssl: { ca }`
 */
export async function selfSignedCertificate(folder) {
  const keystore = join(folder, 'broker.p12');
  const pem = join(folder, 'broker.pem');
  const store = ['-alias', 'broker', '-keystore', keystore, '-storepass', KEYSTORE_PASSWORD];
  const key = [
    '-storetype',
    'PKCS12',
    '-keyalg',
    'RSA',
    '-keysize',
    '2048',
    '-validity',
    '2',
    '-dname',
    'CN=localhost',
  ];
  const extensions = ['-ext', 'san=dns:localhost,ip:127.0.0.1', '-ext', 'bc:c'];
  await run('keytool', ['-genkeypair', ...store, ...key, ...extensions]);
  await run('keytool', ['-exportcert', '-rfc', '-file', pem, ...store]);
  return { keystore, ca: await readFile(pem, 'utf8') };
}
