import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProgram {
  readonly pid: number | undefined;
  readonly end: Promise<ProgramEnd>;
  /** Resolves with the line when the program has printed it, or one that matches. */
  said(line: string | RegExp): Promise<string>;
  tell(line: string): void;
  kill(signal: NodeJS.Signals): void;
}

/** A program that does not end by itself is killed: its end says SIGKILL, and the suite goes on. */
const KILLED_AFTER_MS = 90_000;

const PROGRAMS = join(import.meta.dirname, 'programs');

/** Runs a program of `programs/` on the built libraries, under the Node that runs the tests. */
export function startProgram(
  name: string,
  args: readonly string[] = [],
  nodeFlags: readonly string[] = [],
  killedAfterMs = KILLED_AFTER_MS,
): RunningProgram {
  return startFile(join(PROGRAMS, `${name}.mjs`), args, nodeFlags, killedAfterMs);
}

/** Runs any file under the Node that runs the tests. */
export function startFile(
  file: string,
  args: readonly string[] = [],
  nodeFlags: readonly string[] = [],
  killedAfterMs = KILLED_AFTER_MS,
): RunningProgram {
  const child = spawn(process.execPath, [...nodeFlags, file, ...args], {
    env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' },
    timeout: killedAfterMs,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const end = new Promise<ProgramEnd>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  return {
    pid: child.pid,
    end,
    said: (line) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = stdout.split('\n').find((said) => (line instanceof RegExp ? line.test(said) : said === line));
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        void end.then(() => reject(new Error(`${file} ended without saying '${line}':\n${stdout}${stderr}`)));
        look();
      }),
    tell: (line) => child.stdin.write(`${line}\n`),
    kill: (signal) => child.kill(signal),
  };
}

export async function runProgram(
  name: string,
  args: readonly string[] = [],
  nodeFlags: readonly string[] = [],
): Promise<ProgramEnd> {
  return startProgram(name, args, nodeFlags).end;
}
