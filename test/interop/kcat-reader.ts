import { kcat } from '../support/kcat.js';
import { headerName, readBytes, type TopicReader } from './read-record.js';

/** One line of `kcat -J`. It escapes what JSON must, and writes every other byte as it is: so latin1 gives the bytes back. */
interface KcatLine {
  readonly partition: number;
  readonly offset: number;
  readonly ts: number;
  readonly key: string | null;
  readonly payload: string | null;
  /** Names and values in turn. */
  readonly headers?: readonly (string | null)[];
}

/** librdkafka, with its check of every batch's CRC. */
export const readWithKcat: TopicReader = async ({ bootstrap }, topic) => {
  const where = ['-C', '-b', bootstrap.join(','), '-t', topic, '-o', 'beginning', '-e', '-q'];
  const output = await kcat([...where, '-J', '-X', 'check.crcs=true']);
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { partition, offset, ts, key, payload, headers = [] } = JSON.parse(line) as KcatLine;
    return {
      partition,
      offset: String(offset),
      timestampMs: ts,
      key: readBytes(key),
      value: readBytes(payload),
      headers: pairs(headers).map(([name, value]) => [headerName(name ?? ''), readBytes(value)] as const),
    };
  });
};

function pairs<T>(flat: readonly T[]): [T, T][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => flat.slice(2 * i, 2 * i + 2) as [T, T]);
}
