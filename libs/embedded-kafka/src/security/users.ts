import type { Random } from '../time/random.js';
import { scramCredential, SCRAM_MECHANISMS, type ScramCredential, type ScramMechanism } from './scram-credential.js';

export interface UserOptions {
  readonly username: string;
  readonly password: string;
}

interface User {
  /** Undefined for one that a client made with AlterUserScramCredentials: PLAIN does not know it. */
  readonly password: string | undefined;
  /** `'from password'`: made when it is asked for, as this takes milliseconds. */
  readonly scram: Map<ScramMechanism, ScramCredential | 'from password'>;
}

const MECHANISMS = Object.keys(SCRAM_MECHANISMS) as ScramMechanism[];

/** Who may log in. Changes concern whoever authenticates from then on; connections that are open stay so, as in Kafka. */
export interface Users {
  readonly names: readonly string[];
  /** Adds a user, or changes the password of one. */
  set(user: UserOptions): void;
  /** Tells whether there was one. */
  remove(username: string): boolean;
}

/** The users with what is known of their passwords. */
export class UserStore implements Users {
  readonly #users = new Map<string, User>();

  constructor(
    readonly iterations: number,
    readonly random: Random,
  ) {}

  get names(): string[] {
    return [...this.#users.keys()];
  }

  set({ username, password }: UserOptions): void {
    this.#users.set(username, {
      password,
      scram: new Map(MECHANISMS.map((mechanism) => [mechanism, 'from password'])),
    });
  }

  remove(username: string): boolean {
    return this.#users.delete(username);
  }

  hasPassword(username: string, password: string): boolean {
    return this.#users.get(username)?.password === password;
  }

  scramMechanismsOf(username: string): ScramMechanism[] {
    return MECHANISMS.filter((mechanism) => this.#users.get(username)?.scram.has(mechanism));
  }

  scramCredential(username: string, mechanism: ScramMechanism): ScramCredential | undefined {
    const user = this.#users.get(username);
    const known = user?.scram.get(mechanism);
    if (known !== 'from password') return known;
    const salt = Buffer.from(this.random.uuid());
    const made = scramCredential(mechanism, user?.password ?? '', salt, this.iterations);
    user?.scram.set(mechanism, made);
    return made;
  }

  setScramCredential(username: string, mechanism: ScramMechanism, credential: ScramCredential): void {
    const user = this.#users.get(username) ?? { password: undefined, scram: new Map() };
    user.scram.set(mechanism, credential);
    this.#users.set(username, user);
  }

  /** Tells whether there was one. */
  removeScramCredential(username: string, mechanism: ScramMechanism): boolean {
    return this.#users.get(username)?.scram.delete(mechanism) ?? false;
  }
}
