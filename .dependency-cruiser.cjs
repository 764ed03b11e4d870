// The architecture, as data. `npm run arch` fails on the first import that is not in it; type-only imports count,
// so the vocabulary of an upper layer cannot leak into a lower one.

/** What whoever offers the producer to a framework needs. */
const AT_THE_EDGE = ['record', 'errors', 'observability', 'support', 'top/tokens', 'top/service'];

/** Which folder of libs/kafka-producer/src may import which. `cluster/port` is the interface alone, its errors and how a request is made for it. */
const MAY_IMPORT = {
  support: [],
  record: [],
  errors: ['record'],
  observability: ['record', 'errors', 'support'],
  serialization: ['record', 'errors', 'support'],
  topics: ['record', 'errors', 'serialization'],
  partitioning: ['cluster/port', 'record', 'errors', 'support'],
  accumulator: ['cluster/port', 'record', 'errors', 'support'],
  sender: ['accumulator', 'cluster/port', 'record', 'errors', 'observability', 'support'],
  pipeline: [
    'serialization',
    'partitioning',
    'accumulator',
    'sender',
    'cluster/port',
    'record',
    'errors',
    'observability',
    'support',
  ],
  transactions: [
    'serialization',
    'partitioning',
    'accumulator',
    'sender',
    'cluster/port',
    'record',
    'errors',
    'observability',
    'support',
  ],
  cluster: ['record', 'errors', 'observability', 'support'],
  options: [
    'serialization',
    'partitioning',
    'accumulator',
    'sender',
    'pipeline',
    'transactions',
    'cluster',
    'record',
    'errors',
  ],
  scope: [...AT_THE_EDGE, 'transactions/options', 'transactions/caller'],
  decorators: ['scope', 'topics', 'record', 'errors', 'support', 'transactions/options', 'top/tokens', 'top/service'],
  microservices: [
    'serialization',
    'cluster/consumers',
    'decorators/exactly-once',
    'cluster/port',
    'options/rules',
    'transactions/caller',
    'top/client',
    ...AT_THE_EDGE,
  ],
  testing: [
    'scope',
    'observability',
    'pipeline',
    'transactions',
    'options',
    'cluster/port',
    'record',
    'errors',
    'support',
    'top/tokens',
    'top/service',
    'top/registration',
  ],
  health: ['top/tokens', 'top/service'],
};

const SRC = '^libs/kafka-producer/src/';
const SPECIAL = {
  'transactions/options': 'transactions/transactional\\.options\\.ts$',
  'transactions/caller': 'transactions/transaction\\.ts$',
  'cluster/port': 'cluster/(cluster|cluster\\.errors|schema-request)\\.ts$',
  'cluster/consumers': 'cluster/kafkajs/(consumer-[a-z-]+|rejoin-error)\\.ts$',
  'top/client': 'kafka-producer\\.client-settings\\.ts$',
  'decorators/exactly-once': 'decorators/exactly-once[a-z.-]*\\.ts$',
  'options/rules': 'options/(option-rules|read-options|nearest-name)\\.ts$',
  'top/tokens': 'kafka-producer\\.tokens\\.ts$',
  'top/service': 'kafka-producer\\.service\\.ts$',
  'top/registration': 'kafka-producer\\.registration\\.ts$',
};
/** Specs and what only they use. */
const SPEC = '\\.spec\\.ts$|/spec-support/';

/** The subpath exports: a folder each. */
const SUBPATHS = ['testing', 'health', 'microservices'];
/** A package's `index.ts`; a subpath's is named after it. */
const FRONT_DOOR = `(index|${SUBPATHS.map((name) => `${name}/${name}`).join('|')})`;
/** What a package's `bin` starts. */
const PROGRAM = 'cli/main';
const BY_THE_FRONT_DOOR = `^libs/[^/]+/(src|dist)/${FRONT_DOOR}\\.(ts|js|d\\.ts)$`;
const NEST_FOLDERS = ['decorators', 'scope', ...SUBPATHS].join('|');

const path = (row) => SPECIAL[row] ?? `${row}/`;
const oneOf = (rows) => `${SRC}(${rows.map(path).join('|')})`;

const layers = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `layer-${folder}`,
  comment: `${folder}/ may import ${allowed.length > 0 ? allowed.join(', ') : 'no other folder'}`,
  severity: 'error',
  from: { path: `${SRC}${folder}/`, pathNot: SPEC },
  to: { path: SRC, pathNot: oneOf([folder, ...allowed]) },
}));

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** A folder nobody has given a row yet must not slip past the table. */
const KNOWN_FOLDERS = Object.keys(MAY_IMPORT);

module.exports = {
  forbidden: [
    ...layers,
    rule(
      'folder-without-a-row',
      'a new folder of kafka-producer/src needs a row in the table above',
      {},
      { path: SRC, pathNot: [`${SRC}(${KNOWN_FOLDERS.join('|')})/`, `${SRC}[^/]+$`] },
    ),
    rule(
      'no-cycle',
      'import cycles pass in vitest and crash in plain node',
      { path: '^(libs|apps|test)/' },
      { circular: true },
    ),
    rule(
      'kafkajs-in-one-place',
      'kafkajs is reached from cluster/kafkajs only',
      { path: SRC, pathNot: [`${SRC}cluster/kafkajs/`, SPEC] },
      { path: '(^|/)node_modules/kafkajs/' },
    ),
    rule(
      'kafkajs-adapter-from-the-edge',
      'the kafkajs adapter is known to cluster/, options/ and the module files alone; the table above says what of it microservices/ knows, which consumes',
      { path: SRC, pathNot: [`${SRC}(cluster|options|microservices)/`, `${SRC}[^/]+$`] },
      { path: `${SRC}cluster/kafkajs/` },
    ),
    rule(
      'nest-at-the-edges',
      'the stages of the pipeline know no framework',
      { path: SRC, pathNot: [`${SRC}[^/]+$`, `${SRC}(${NEST_FOLDERS})/`, SPEC] },
      { path: '(^|/)node_modules/(@nestjs|rxjs|reflect-metadata)/' },
    ),
    rule(
      'wire-imports-nothing',
      'kafka-wire needs node and, when installed, the optional codecs',
      { path: '^libs/kafka-wire/src/', pathNot: SPEC },
      {
        pathNot: ['^libs/kafka-wire/src/', '(^|/)node_modules/(lz4-napi|snappy|@toondepauw/node-zstd|@node-rs/crc32)/'],
        dependencyTypesNot: ['core'],
      },
    ),
    rule(
      'embedded-needs-only-the-wire',
      'embedded-kafka has no dependency beside kafka-wire',
      { path: '^libs/embedded-kafka/src/', pathNot: SPEC },
      {
        pathNot: ['^libs/embedded-kafka/src/', '^libs/kafka-wire/(src|dist)/index\\.(ts|js|d\\.ts)$'],
        dependencyTypesNot: ['core'],
      },
    ),
    rule(
      'producer-and-embedded-are-strangers',
      'the product never imports the test cluster',
      { path: SRC },
      { path: '^libs/embedded-kafka/' },
    ),
    rule(
      'packages-by-their-front-door',
      'one package reaches another through its exports map',
      { path: '^libs/([^/]+)/src/' },
      { path: '^libs/', pathNot: ['^libs/$1/', '^libs/[^/]+/(src|dist)/index\\.(ts|js|d\\.ts)$'] },
    ),
    rule(
      'apps-and-tests-by-the-front-door',
      'apps/ and test/ use the packages as a user would',
      { path: '^(apps|test)/', pathNot: '^test/(simulation|transactions)/' },
      { path: '^libs/', pathNot: BY_THE_FRONT_DOOR },
    ),
    rule(
      'simulations-look-inside-the-producer-alone',
      'test/simulation/ and test/transactions/ put the stages of the producer together, which no front door offers; of the others they are users',
      { path: '^test/(simulation|transactions)/' },
      { path: '^libs/', pathNot: [BY_THE_FRONT_DOOR, `${SRC}(?!.*(${SPEC}))`] },
    ),
    rule(
      'applications-of-outsiders',
      'test/apps/ is written as a user would: its own files and packages, nothing of this repository',
      { path: '^test/apps/([^/]+)/' },
      { path: '^(apps|test|bench)/', pathNot: '^test/apps/$1/' },
    ),
    rule(
      'libs-know-no-app-and-no-test',
      'libraries stand below apps/ and test/',
      { path: '^libs/' },
      { path: '^(apps|test|bench)/' },
    ),
    rule(
      'one-index-per-package',
      'an inner index.ts hides where a thing lives; the front door of a subpath is named after it',
      {},
      { path: '^libs/[^/]+/src/.+/index\\.ts$' },
    ),
    rule(
      'subpaths-on-top',
      'what a subpath exports must not be pulled in by those who did not ask for it',
      { path: SRC, pathNot: [`${SRC}(${SUBPATHS.join('|')})/`, SPEC] },
      { path: `${SRC}(${SUBPATHS.join('|')})/` },
    ),
    rule(
      'no-spec-in-production',
      'published code does not import what only specs use',
      { path: '^(libs|apps)/[^/]+/src/', pathNot: SPEC },
      { path: SPEC },
    ),
    rule(
      'no-dead-file',
      'every file of a library is reached from its front door, or from its program',
      { path: `^libs/[^/]+/src/(${FRONT_DOOR}|${PROGRAM})\\.ts$` },
      {
        path: '^libs/[^/]+/src/',
        pathNot: [SPEC, '\\.d\\.ts$', `^libs/[^/]+/src/(${FRONT_DOOR}|${PROGRAM})\\.ts$`],
        reachable: false,
      },
    ),
    rule('no-unresolvable', 'an import must lead somewhere', {}, { couldNotResolve: true }),
    rule(
      'no-undeclared-package',
      'a published package declares what it imports',
      { path: '^libs/', pathNot: SPEC },
      {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        dependencyTypesNot: ['npm-peer', 'npm', 'npm-optional'],
      },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.spec.json' },
    combinedDependencies: false,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(libs|apps|test)/.*(dist|target|fixtures)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@nestjs-kafka-producer/source', 'import', 'types', 'node', 'default'],
    },
  },
};
