import ts from 'typescript';

/** What `nest new` of Nest 12 writes, as far as it matters to the type check. */
const NEST_TEMPLATE: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  isolatedModules: true,
  strict: true,
  strictPropertyInitialization: false,
  skipLibCheck: true,
  noEmit: true,
};

/** Compiles files as an application made by `nest new` would. @returns the problems, each with the file's path below `folder` */
export function problemsIn(folder: string, files: readonly string[]): string[] {
  const program = ts.createProgram([...files], NEST_TEMPLATE);
  return ts.getPreEmitDiagnostics(program).map((problem) => {
    const where = problem.file?.fileName.slice(folder.length + 1) ?? 'options';
    return `${where}: ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`;
  });
}
