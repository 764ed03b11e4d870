interface Problem {
  readonly path: string;
  readonly message: string;
}

/** For messages: how many. */
export function countOf(problems: readonly Problem[]): string {
  return problems.length === 1 ? '1 problem' : `${problems.length} problems`;
}

/**
 * For messages: a line each, the last one ended.
 *
 * @param limit beyond it they are counted
 */
export function linesOf(problems: readonly Problem[], limit = Infinity): string {
  const lines = problems
    .slice(0, limit)
    .map(({ path, message }) => `\n  - ${path === '' ? '' : `${path}: `}${message}`);
  const left = problems.length - lines.length;
  return `${lines.join('')}${left > 0 ? `\n  - and ${left} more, in \`problems\`` : ''}\n`;
}
