import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface StartedApp {
  readonly url: string;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly stderr: string }>;
}

/** Starts what `tsc -b` has made of an application, as its users would: plain Node, nothing of vitest. */
export async function startApp(name: string, env: Readonly<Record<string, string>>): Promise<StartedApp> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'dist', name, 'src/main.js')], {
    env: { PATH: process.env['PATH'], NO_COLOR: '1', PORT: '0', ...env },
    timeout: 50_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const end = new Promise<Awaited<ReturnType<StartedApp['stop']>>>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stderr })),
  );
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const listening = /^listening on (\S+)$/m.exec(stdout);
      if (listening?.[1] !== undefined) resolve(listening[1]);
    });
    void end.then(() => reject(new Error(`${name} ended before it listened:\n${stdout}${stderr}`)));
  });
  return {
    url,
    stop: () => {
      child.kill('SIGTERM');
      return end;
    },
  };
}
