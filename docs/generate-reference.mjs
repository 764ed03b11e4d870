// Writes docs/reference/ from the sources: `node docs/generate-reference.mjs`. test/docs/reference.spec.ts fails when it was forgotten.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const sources = join(here, '../libs/kafka-producer/src');

/** The option groups in the order a reader needs them: heading, prefix of the paths, file, class, and where they stand if not in the module's options. */
const GROUPS = [
  ['Client', 'client.', 'options/client.options.ts', 'ClientOptions'],
  ['Producer', 'producer.', 'options/producer.options.ts', 'ProducerOptions'],
  ['Transactions', 'transactions.', 'options/transaction.options.ts', 'TransactionOptions'],
  ['Serializers', 'serializers.', 'options/module.options.ts', 'SerializerOptions'],
  ['Request scope', 'requestScope.', 'options/request-scope.options.ts', 'RequestScopeOptions'],
  ['Module', '', 'options/module.options.ts', 'LifecycleOptions'],
  ['Beside the options', '', 'kafka-producer.extras.ts', 'KafkaProducerModuleExtras'],
  [
    'Redelivery',
    'redelivery.',
    'microservices/exactly-once/redelivery.options.ts',
    'RedeliveryOptions',
    'Not of the module: of `new ExactlyOnceKafkaServer(…)`, and among the `options` that `exactlyOnce()` is given.',
  ],
];

const GENERATED = '<!-- Written by docs/generate-reference.mjs from the sources; do not edit. -->';

/**
 * Every option as its class declares it.
 *
 * @returns {{ group: string, path: string, type: string, initialiser: string, range: string, doc: string, defaultValue: string }[]}
 */
export function readOptions() {
  return GROUPS.flatMap(([group, prefix, file, className]) => {
    const source = parse(join(sources, file));
    return declarationOf(source, className).members.map((member) => {
      const { text, tags } = docOf(member, source);
      return {
        group,
        path: prefix + member.name.getText(source),
        type: member.type.getText(source).replaceAll(/\s+/g, ' '),
        initialiser: member.initializer?.getText(source) ?? 'undefined',
        range: rangeOf(member, source),
        doc: text,
        defaultValue: tags.defaultValue ?? '',
      };
    });
  });
}

/**
 * Every error class with its code, as the table and its doc comment say.
 *
 * @returns {{ name: string, code: string, retriable: boolean, remedy: string, doc: string }[]}
 */
export function readErrors() {
  const table = parse(join(sources, 'errors/error-codes.ts'));
  const docs = errorDocs();
  const entries = [];
  visit(table, (node) => {
    if (!ts.isPropertyAssignment(node) || !node.name.getText(table).startsWith('KAFKA_PRODUCER_')) return;
    const fields = Object.fromEntries(node.initializer.properties.map((each) => [each.name.text, each.initializer]));
    const name = fields.name.text;
    entries.push({
      name,
      code: node.name.getText(table),
      retriable: fields.retriable.kind === ts.SyntaxKind.TrueKeyword,
      remedy: fields.remedy.text,
      doc: docs.get(name) ?? '',
    });
  });
  return entries;
}

export function renderOptions() {
  const lines = [
    GENERATED,
    '',
    '# Options',
    '',
    'What `KafkaProducerModule.forRoot()` takes. An explicit `undefined` means the default.',
  ];
  let group = '';
  for (const option of readOptions()) {
    if (option.group !== group) {
      lines.push('', `## ${option.group}`);
      const [, , , , where] = GROUPS.find(([heading]) => heading === option.group);
      if (where !== undefined) lines.push('', where);
    }
    group = option.group;
    const range = option.range === '' ? '' : ` · ${option.range}`;
    lines.push(
      '',
      `### \`${option.path}\``,
      '',
      `\`${option.type}\`${range} · default: ${option.defaultValue}`,
      '',
      option.doc,
    );
  }
  return `${lines.join('\n')}\n`;
}

export function renderErrors() {
  const lines = [GENERATED, '', '# Errors', ''];
  lines.push(
    'Every error of the package is a `KafkaProducerError` with `code`, `retriable` and, where there is one, `cause`.',
  );
  lines.push('`isKafkaProducerError(error, code?)` also knows the errors of a second installed copy.');
  for (const { name, code, retriable, remedy, doc } of readErrors()) {
    lines.push(
      '',
      `## ${name}`,
      '',
      `\`${code}\` · ${retriable ? 'retriable' : 'not retriable'}`,
      '',
      doc,
      '',
      `**What to do:** ${remedy}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function errorDocs() {
  const docs = new Map();
  for (const file of readdirSync(join(sources, 'errors')).filter((name) => name.endsWith('.errors.ts'))) {
    const source = parse(join(sources, 'errors', file));
    visit(source, (node) => {
      if (ts.isClassDeclaration(node)) docs.set(node.name.text, docOf(node, source).text);
    });
  }
  return docs;
}

function parse(file) {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}

function visit(node, visitor) {
  visitor(node);
  ts.forEachChild(node, (child) => visit(child, visitor));
}

function declarationOf(source, name) {
  const found = source.statements.find(
    (node) => (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) && node.name.text === name,
  );
  if (found === undefined) throw new Error(`${source.fileName} declares no ${name}`);
  return found;
}

/** The doc comment as Markdown, and its tags. */
function docOf(node, source) {
  const comment = ts.getJSDocCommentsAndTags(node).find((each) => ts.isJSDoc(each));
  if (comment === undefined) throw new Error(`${node.name.getText(source)} has no doc comment`);
  const text = (ts.getTextOfJSDocComment(comment.comment) ?? '').replaceAll(/\{@link (\w+)\}/g, '`$1`');
  const tags = Object.fromEntries(
    (comment.tags ?? []).map((tag) => [tag.tagName.text, String(tag.comment ?? '').trim()]),
  );
  return { text: text.trim(), tags };
}

/** What a rule like `@Milliseconds(1)` allows, beyond what the type says. */
function rangeOf(member, source) {
  const call = (ts.canHaveDecorators(member) ? ts.getDecorators(member) : undefined)?.[0]?.expression;
  if (call === undefined || !ts.isCallExpression(call)) return '';
  const [min = '0', max] = call.arguments.map((argument) => argument.getText(source).replaceAll('_', ''));
  const unit = {
    Milliseconds: 'whole milliseconds',
    Bytes: 'whole bytes',
    Count: 'a whole number',
    OptionalCount: 'a whole number',
  }[call.expression.getText(source)];
  if (unit === undefined) return '';
  return max === undefined || max.startsWith('Number.') ? `${unit} from ${min}` : `${unit} from ${min} to ${max}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(here, 'reference'), { recursive: true });
  writeFileSync(join(here, 'reference/options.md'), renderOptions());
  writeFileSync(join(here, 'reference/errors.md'), renderErrors());
}
