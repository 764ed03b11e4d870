import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Requirement } from './describe-needing.js';

/** Debian keeps the programs of each release beside each other, and none of them in the path. */
const RELEASES = '/usr/lib/postgresql';

/** Where `initdb` and `pg_ctl` are: of the newest release, or in the path. */
function binFolder(): string | undefined {
  const releases = existsSync(RELEASES) ? readdirSync(RELEASES).toSorted((a, b) => Number(b) - Number(a)) : [];
  const candidates = [
    ...releases.map((release) => join(RELEASES, release, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return candidates.find((folder) => existsSync(join(folder, 'initdb')));
}

/** PostgreSQL: Debian's package of that name. */
export const postgresInstalled: Requirement = () =>
  binFolder() === undefined ? 'no "initdb" of PostgreSQL (apt-get install postgresql)' : undefined;

/** A server of our own in a temporary folder, spoken to over a socket in it: no port to be taken, and nothing of the machine's own database is touched. */
export class Postgres {
  readonly #bin: string;
  readonly #folder: string;
  readonly #user: { readonly uid?: number; readonly gid?: number };

  private constructor(bin: string, folder: string, user: { readonly uid?: number; readonly gid?: number }) {
    this.#bin = bin;
    this.#folder = folder;
    this.#user = user;
  }

  static async start(): Promise<Postgres> {
    const folder = mkdtempSync(join(tmpdir(), 'pg-'));
    // The server refuses to run as root, and Debian's package has brought a user for it.
    const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
    const postgres = new Postgres(binFolder() ?? '', folder, user);
    const data = join(folder, 'data');
    await postgres.#run('initdb', [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ]);
    const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off', 'max_connections=30'];
    const options = settings.map((setting) => `-c ${setting}`).join(' ');
    await postgres.#run('pg_ctl', ['-D', data, '-w', '-t', '60', '-l', join(folder, 'log'), '-o', options, 'start']);
    return postgres;
  }

  /** For `pg`: the folder of the socket stands for the host. */
  get connection(): { readonly host: string; readonly user: string; readonly database: string } {
    return { host: this.#folder, user: 'postgres', database: 'postgres' };
  }

  get socket(): string {
    return join(this.#folder, '.s.PGSQL.5432');
  }

  async stop(): Promise<void> {
    await this.#run('pg_ctl', ['-D', join(this.#folder, 'data'), '-w', '-m', 'immediate', 'stop']);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const child = spawn(join(this.#bin, program), args, {
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...this.#user,
    });
    const said: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    // `exit`, not `close`: the server that pg_ctl leaves behind keeps its standard error.
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('exit', resolve),
    );
    child.stderr.destroy();
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${Buffer.concat(said).toString()}`);
  }
}

function idOf(flag: '-u' | '-g'): number {
  const { stdout } = spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' });
  return Number(stdout);
}
