import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';

import { ROOT } from './snippets.js';

/** One name in the first column of a guide's table, with the other two cells of its row. */
export interface GuideRow {
  readonly here: string;
  readonly toKnow: string;
}

/** The rows of the tables of a section, by the names in backticks of their first cell. */
export async function rowsOf(guide: string, section: string): Promise<ReadonlyMap<string, GuideRow>> {
  const text = await readFile(join(ROOT, 'docs/guides', guide), 'utf8');
  const [, body] = text.split(`\n## ${section}\n`);
  if (body === undefined) throw new Error(`${guide} has no section "${section}"`);
  const rows = new Map<string, GuideRow>();
  for (const line of body.split('\n## ')[0]!.split('\n')) {
    const [, names, here, toKnow] = line.split('|').map((cell) => cell.trim());
    for (const name of codeIn(names ?? '')) rows.set(name, { here: here ?? '', toKnow: toKnow ?? '' });
  }
  return rows;
}

/** What stands in backticks. */
export function codeIn(text: string): string[] {
  return Array.from(text.matchAll(/`([^`]+)`/g), ([, code]) => code ?? '');
}

/** The members of types in a declaration file: of an interface, a class or an alias of objects, without what is protected or private. */
export function membersOf(file: string, ...types: readonly string[]): string[] {
  const source = ts.createSourceFile(
    file,
    ts.sys.readFile(join(ROOT, 'node_modules', file)) ?? '',
    ts.ScriptTarget.Latest,
  );
  const names = new Set<string>();
  const collect = (node: ts.Node): void => {
    if (isMember(node) && !isHidden(node)) names.add(node.name.getText(source));
    else if (!isMember(node)) ts.forEachChild(node, collect);
  };
  for (const type of types) {
    const [name, property] = type.split('.');
    const declaration = source.statements.find((each) => isDeclaration(each) && each.name?.text === name);
    if (declaration === undefined) throw new Error(`${file} declares no ${name}`);
    const inner = property === undefined ? declaration : propertyOf(declaration as ts.InterfaceDeclaration, property);
    ts.forEachChild(inner, collect);
  }
  return [...names];
}

type Declaration = ts.InterfaceDeclaration | ts.ClassDeclaration | ts.TypeAliasDeclaration;
type Member = ts.PropertySignature | ts.MethodSignature | ts.MethodDeclaration | ts.AccessorDeclaration;

function isDeclaration(node: ts.Node): node is Declaration {
  return ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

function isMember(node: ts.Node): node is Member {
  return (
    ts.isPropertySignature(node) || ts.isMethodSignature(node) || ts.isMethodDeclaration(node) || ts.isAccessor(node)
  );
}

function isHidden(node: Member): boolean {
  return (node.modifiers ?? []).some(
    ({ kind }) => kind === ts.SyntaxKind.ProtectedKeyword || kind === ts.SyntaxKind.PrivateKeyword,
  );
}

function propertyOf({ members }: ts.InterfaceDeclaration, name: string): ts.Node {
  const found = members.find((each) => (each.name as ts.Identifier | undefined)?.text === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return (found as ts.PropertySignature).type!;
}
