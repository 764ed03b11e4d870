import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Stands before a PostgreSQL and cuts a connection when the answer to a commit comes back. */
export class LossyPostgres {
  readonly host = mkdtempSync(join(tmpdir(), 'pg-lossy-'));
  /** Answers to commits that were lost. */
  losses = 0;
  readonly #server: Server;

  private constructor(socket: string) {
    this.#server = createServer((client) => {
      const server = connect(socket);
      let isCommitting = false;
      client.on('data', (chunk: Buffer) => {
        isCommitting ||= /\bcommit\0/i.test(chunk.toString('latin1'));
        server.write(chunk);
      });
      server.on('data', (chunk: Buffer) => {
        if (!isCommitting) return void client.write(chunk);
        this.losses++;
        client.destroy();
        server.destroy();
      });
      for (const end of [client, server]) {
        end.on('error', () => {});
        end.on('close', () => {
          client.destroy();
          server.destroy();
        });
      }
    });
  }

  /** @param socket of the server behind it */
  static async start(socket: string): Promise<LossyPostgres> {
    const lossy = new LossyPostgres(socket);
    await new Promise<void>((listening) => lossy.#server.listen(join(lossy.host, '.s.PGSQL.5432'), listening));
    return lossy;
  }

  async stop(): Promise<void> {
    await new Promise((closed) => this.#server.close(closed));
    rmSync(this.host, { recursive: true, force: true });
  }
}
