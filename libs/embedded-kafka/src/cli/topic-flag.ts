import type { TopicOptions } from '../embedded-kafka.options.js';
import { UsageError } from './usage-error.js';

const SHAPE = /^(?<name>[^:]+)(:(?<partitions>\d{1,9})(:(?<replicationFactor>\d{1,9}))?)?$/;

/** `orders:6,payments:3:1` as topics; several lists are one. @throws UsageError */
export function parseTopics(lists: readonly string[]): TopicOptions[] {
  return lists.flatMap((list) => list.split(',').map((text) => parseTopic(text.trim())));
}

function parseTopic(text: string): TopicOptions {
  const parts = SHAPE.exec(text)?.groups;
  if (parts?.['name'] === undefined) {
    throw new UsageError(
      `--topics takes name:partitions:replicationFactor, the last two may be left out, not "${text}"`,
    );
  }
  const { name, partitions, replicationFactor } = parts;
  return {
    name,
    ...(partitions !== undefined && { partitions: Number(partitions) }),
    ...(replicationFactor !== undefined && { replicationFactor: Number(replicationFactor) }),
  };
}
