import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import typescript from 'typescript';

const { ModuleKind, ScriptTarget, transpileModule } = typescript;

/** TypeScript names its neighbours by the names they will have once compiled. */
export function resolve(specifier, context, nextResolve) {
  const isNeighbour = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
  return nextResolve(isNeighbour ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  const source = await readFile(fileURLToPath(url), 'utf8');
  const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 };
  return { format: 'module', source: transpileModule(source, { compilerOptions }).outputText, shortCircuit: true };
}
