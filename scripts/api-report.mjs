// Compares the public surface of every library, and of each of its subpaths, with its committed report in etc/. With --local the report is rewritten instead.
// Folders of libs/ given as arguments limit it to those.
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const localBuild = process.argv.includes('--local');
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const folders = chosen.length > 0 ? chosen : await readdir(join(ROOT, 'libs'));
let failures = 0;
await mkdir(join(ROOT, 'etc'), { recursive: true });

for (const folder of folders) {
  for (const [subpath, types] of await entryPoints(folder)) report(folder, subpath, types);
}
process.exitCode = failures === 0 ? 0 : 1;

/** The subpaths of a library that have declarations, and where these are. */
async function entryPoints(folder) {
  const { exports } = JSON.parse(await readFile(join(ROOT, 'libs', folder, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => target.types !== undefined)
    .map(([subpath, { types }]) => [subpath, types]);
}

function report(folder, subpath, types) {
  const projectFolder = join(ROOT, 'libs', folder);
  const name = subpath === '.' ? folder : `${folder}.${subpath.slice('./'.length)}`;
  const extractorConfig = ExtractorConfig.prepare({
    configObject: configFor(projectFolder, types, name),
    configObjectFullPath: undefined,
    packageJsonFullPath: join(projectFolder, 'package.json'),
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
  if (result.succeeded) console.log(`ok      ${name}${result.apiReportChanged ? ' (report rewritten)' : ''}`);
  else {
    failures += 1;
    const reason = result.apiReportChanged
      ? 'the public surface differs from etc/; if that is intended, run `npm run api:update` and commit the report'
      : 'see the errors above';
    console.log(`FAILED  ${name}: ${reason}`);
  }
}

function configFor(projectFolder, types, name) {
  const silent = { logLevel: 'none', addToApiReportFile: false };
  return {
    projectFolder,
    mainEntryPointFilePath: join(projectFolder, types),
    compiler: { tsconfigFilePath: join(projectFolder, 'tsconfig.lib.json') },
    apiReport: {
      enabled: true,
      reportFileName: `${name}.api.md`,
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
