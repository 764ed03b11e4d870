const LONGEST_NAME = 249;

/** What is wrong with a topic's name, or undefined (Kafka's `Topic.validate`). */
export function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'a topic name must not be empty';
  if (name === '.' || name === '..') return `a topic must not be named "${name}"`;
  if (name.length > LONGEST_NAME)
    return `a topic name has at most ${LONGEST_NAME} characters, this one has ${name.length}`;
  if (!/^[\w.-]+$/.test(name))
    return `topic name "${name}" has characters other than letters, digits, ".", "_" and "-"`;
  return undefined;
}

/** Kafka's metrics cannot tell "." from "_": of two names that differ in them alone the second is refused. */
export function collides(name: string, other: string): boolean {
  return name !== other && name.replaceAll('.', '_') === other.replaceAll('.', '_');
}
