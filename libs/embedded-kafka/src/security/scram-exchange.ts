import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../time/random.js';
import { failed, type SaslExchange, type SaslStep } from './sasl-exchange.js';
import { SCRAM_MECHANISMS, scramHmac, type ScramCredential, type ScramMechanism } from './scram-credential.js';
import type { UserStore } from './users.js';

const NAME = '(?:[^=,\\0]|=2C|=3D)+';
const EXTENSIONS = '(?:,[A-Za-z]+=[^,\\0]+)*';
const BASE64 = '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?';
const NONCE = '[!-+\\--~]+';

/** Without channel binding: a client that asks for it (`p=`), or that says we lack it (`y`), is refused as in Kafka. */
const CLIENT_FIRST = new RegExp(
  `^n,(?:a=(?<authorizationId>${NAME}))?,(?<bare>(?:m=[^,\\0]*,)?n=(?<name>${NAME}),r=(?<nonce>${NONCE})(?<extensions>${EXTENSIONS}))$`,
);
const CLIENT_FINAL = new RegExp(
  `^(?<withoutProof>c=${BASE64},r=(?<nonce>${NONCE})${EXTENSIONS}),p=(?<proof>${BASE64})$`,
);

/** What the first two messages have settled. */
interface Begun {
  readonly username: string;
  readonly credential: ScramCredential;
  readonly nonce: string;
  readonly messages: string;
}

/** SCRAM (RFC 5802): the client proves that it knows the password, and the server that it knows its hash. */
export class ScramExchange implements SaslExchange {
  #begun: Begun | undefined;

  constructor(
    readonly mechanism: ScramMechanism,
    readonly users: UserStore,
    readonly random: Random,
  ) {}

  next(token: Buffer): SaslStep {
    return this.#begun === undefined ? this.#first(token.toString()) : this.#final(token.toString(), this.#begun);
  }

  #first(message: string): SaslStep {
    const { authorizationId = '', bare, name, nonce, extensions } = CLIENT_FIRST.exec(message)?.groups ?? {};
    if (bare === undefined || name === undefined || nonce === undefined) return failed();
    // Delegation tokens are not served.
    if (extensions?.includes(',tokenauth=true') === true) return failed();
    const username = name.replaceAll('=2C', ',').replaceAll('=3D', '=');
    const credential = this.users.scramCredential(username, this.mechanism);
    if (credential === undefined) return failed();
    if (authorizationId !== '' && authorizationId !== username) {
      return failed('Authentication failed: Client requested an authorization id that is different from username');
    }
    const serverNonce = nonce + this.random.uuid();
    const reply = `r=${serverNonce},s=${credential.salt.toString('base64')},i=${credential.iterations}`;
    this.#begun = { username, credential, nonce: serverNonce, messages: `${bare},${reply}` };
    return { kind: 'continue', token: Buffer.from(reply) };
  }

  #final(message: string, { username, credential, nonce, messages }: Begun): SaslStep {
    const final = CLIENT_FINAL.exec(message)?.groups;
    // As in Kafka it need only end so: librdkafka puts its own part in front once more.
    if (final === undefined || final['nonce']?.endsWith(nonce) !== true) return failed();
    const everything = `${messages},${final['withoutProof'] ?? ''}`;
    const proof = Buffer.from(final['proof'] ?? '', 'base64');
    if (!this.#proves(proof, credential, everything)) return failed();
    const signature = scramHmac(this.mechanism, credential.serverKey, everything).toString('base64');
    return { kind: 'done', token: Buffer.from(`v=${signature}`), username };
  }

  /** The proof is the client's key, hidden by a signature under the hash of that key. */
  #proves(proof: Buffer, { storedKey }: ScramCredential, everything: string): boolean {
    const signature = scramHmac(this.mechanism, storedKey, everything);
    if (proof.length !== signature.length) return false;
    const clientKey = proof.map((byte, at) => byte ^ (signature[at] ?? 0));
    const { name } = SCRAM_MECHANISMS[this.mechanism].hash;
    return timingSafeEqual(createHash(name).update(clientKey).digest(), storedKey);
  }
}
