import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packLibraries } from '../../scripts/pack.mjs';

export const ROOT = resolve(import.meta.dirname, '../..');
export const LIBRARIES = ['embedded-kafka', 'kafka-wire', 'nestjs-kafka-producer'];
const run = promisify(execFile);

/** An application in which the tarballs are unpacked; everything else it needs is found in this repository, one level up. */
export class PackedApplication {
  private constructor(readonly folder: string) {}

  static async unpack(): Promise<PackedApplication> {
    await mkdir(join(ROOT, 'temp'), { recursive: true });
    const application = new PackedApplication(await mkdtemp(join(ROOT, 'temp/packed-')));
    const { folder } = application;
    for (const [name, tarball] of Object.entries(await packLibraries(join(folder, 'tarballs')))) {
      await mkdir(application.inLibrary(name), { recursive: true });
      await run('tar', ['-xzf', tarball, '-C', application.inLibrary(name), '--strip-components=1']);
    }
    await writeFile(join(folder, 'package.json'), '{ "name": "stranger" }');
    return application;
  }

  inLibrary(name: string, ...path: string[]): string {
    return join(this.folder, 'node_modules', name, ...path);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** Writes a program into a folder and runs it to its end. */
export async function node(folder: string, file: string, program: string): Promise<{ stdout: string; stderr: string }> {
  await writeFile(join(folder, file), program);
  return run(process.execPath, [join(folder, file)], { timeout: 30_000 });
}
