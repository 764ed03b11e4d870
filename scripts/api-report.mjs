// Compares the public surface of every library with its committed report in etc/. With --local the report is rewritten instead.
// Folders of libs/ given as arguments limit it to those.
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const localBuild = process.argv.includes('--local');
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const folders = chosen.length > 0 ? chosen : await readdir(join(ROOT, 'libs'));
let failures = 0;
await mkdir(join(ROOT, 'etc'), { recursive: true });

for (const folder of folders) {
  const projectFolder = join(ROOT, 'libs', folder);
  const packageJsonFullPath = join(projectFolder, 'package.json');
  const extractorConfig = ExtractorConfig.prepare({
    configObject: configFor(projectFolder, folder),
    configObjectFullPath: undefined,
    packageJsonFullPath,
  });
  const result = Extractor.invoke(extractorConfig, {
    localBuild,
    typescriptCompilerFolder: join(ROOT, 'node_modules/typescript'),
    messageCallback: (message) => {
      // The notice about the bundled compiler is not about our code.
      if (message.messageId === 'console-compiler-version-notice' || message.messageId === 'console-preamble') {
        message.logLevel = 'none';
      }
    },
  });
  if (result.succeeded) console.log(`ok      ${folder}${result.apiReportChanged ? ' (report rewritten)' : ''}`);
  else {
    failures += 1;
    const reason = result.apiReportChanged
      ? 'the public surface differs from etc/; if that is intended, run `npm run api:update` and commit the report'
      : 'see the errors above';
    console.log(`FAILED  ${folder}: ${reason}`);
  }
}
process.exitCode = failures === 0 ? 0 : 1;

function configFor(projectFolder, folder) {
  const silent = { logLevel: 'none', addToApiReportFile: false };
  return {
    projectFolder,
    mainEntryPointFilePath: join(projectFolder, 'dist/index.d.ts'),
    compiler: { tsconfigFilePath: join(projectFolder, 'tsconfig.lib.json') },
    apiReport: {
      enabled: true,
      reportFileName: `${folder}.api.md`,
      reportFolder: join(ROOT, 'etc'),
      reportTempFolder: join(ROOT, 'temp/api'),
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    newlineKind: 'lf',
    messages: {
      extractorMessageReporting: {
        default: { logLevel: 'error', addToApiReportFile: false },
        'ae-missing-release-tag': silent,
        'ae-undocumented': silent,
        'ae-forgotten-export': { logLevel: 'none', addToApiReportFile: true },
        'ae-unresolved-link': silent,
      },
      // Doc comments are judged by readers, not by the TSDoc grammar.
      tsdocMessageReporting: { default: silent },
      compilerMessageReporting: { default: { logLevel: 'error' } },
    },
  };
}
