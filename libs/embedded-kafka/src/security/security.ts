import type { Peer, Transport } from '../broker/transport.js';
import type { Clock } from '../time/clock.js';
import type { Random } from '../time/random.js';
import { aclProblem, type AclOptions } from './acl.js';
import { Acls } from './acls.js';
import { Authorizer } from './authorizer.js';
import { saslProblem, saslSettings, type SaslOptions, type SaslSettings } from './sasl-settings.js';
import { SCRAM_ITERATIONS } from './scram-credential.js';
import { Session } from './session.js';
import { tlsProblem, tlsSettings, type TlsOptions, type TlsSettings } from './tls-settings.js';
import { tlsTransport } from './tls-transport.js';
import { UserStore } from './users.js';

/** The options about who may reach the cluster and do what. */
export interface SecurityOptions {
  /** Makes clients connect by TLS. `true`: with a self-signed certificate, which is `kafka.ca`. @defaultValue false */
  readonly tls?: boolean | TlsOptions;
  /** Makes clients log in before they ask for anything else. @defaultValue nobody has to */
  readonly sasl?: SaslOptions;
  /** What clients may do. With this option, an empty list too, nobody may do anything that no rule allows. @defaultValue everybody may do everything */
  readonly acls?: readonly AclOptions[];
  /** Principals (`User:admin`) no rule is asked about (`super.users`). Switches the rules on, as `acls` does. @defaultValue [] */
  readonly superUsers?: readonly string[];
  /** Whether everybody may use what no rule is about (`allow.everyone.if.no.acl.found`). Switches the rules on, as `acls` does. @defaultValue false */
  readonly allowEveryoneIfNoAcl?: boolean;
}

/** Who may reach a cluster and do what: shared by its brokers. */
export class Security {
  readonly users: UserStore;
  readonly acls = new Acls();
  readonly tls: TlsSettings | undefined;
  readonly sasl: SaslSettings | undefined;
  /** Undefined when everybody may do everything. */
  readonly authorizer: Authorizer | undefined;

  constructor(
    options: SecurityOptions,
    readonly clock: Clock,
    random: Random,
  ) {
    const { tls = false, sasl, acls, superUsers, allowEveryoneIfNoAcl } = options;
    this.users = new UserStore(sasl?.scramIterations ?? SCRAM_ITERATIONS.min, random);
    for (const user of sasl?.users ?? []) this.users.set(user);
    this.tls = tls === false ? undefined : tlsSettings(tls);
    this.sasl = sasl && saslSettings(sasl, { users: this.users, clock, random });
    this.acls.add(...(acls ?? []));
    if (acls !== undefined || superUsers !== undefined || allowEveryoneIfNoAcl !== undefined) {
      const settings = { superUsers: superUsers ?? [], allowEveryoneIfNoAcl: allowEveryoneIfNoAcl ?? false };
      this.authorizer = new Authorizer(this.acls, settings);
    }
  }

  transportOver(plain: Transport): Transport {
    return this.tls === undefined ? plain : tlsTransport(plain, this.tls, this.clock);
  }

  /** Of a client that has just connected. */
  open({ host, principal }: Peer): Session {
    return new Session(host, principal, this.sasl);
  }
}

/** What is wrong with each of the options, or nothing. */
export const SECURITY_RULES: Readonly<Record<keyof SecurityOptions, (value: unknown) => string | undefined>> = {
  tls: tlsProblem,
  sasl: saslProblem,
  acls: (value) => {
    if (!Array.isArray(value)) return 'must be an array of { principal, operation, resource }';
    const problems = value.map(aclProblem);
    const at = problems.findIndex((problem) => problem !== undefined);
    return at < 0 ? undefined : `[${at}] ${problems[at]}`;
  },
  superUsers: (value) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && /^\w+:./.test(one))
      ? undefined
      : "must be an array of principals such as 'User:admin'",
  allowEveryoneIfNoAcl: (value) => (typeof value === 'boolean' ? undefined : 'must be a boolean'),
};
