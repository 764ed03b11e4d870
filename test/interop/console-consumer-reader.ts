import { headerName, readBytes, type ReadBytes, type TopicReader } from './read-record.js';

/** Texts that occur in no record, so that the console consumer's output can be taken apart again, binary content or not. */
const MARK = {
  field: '<~field~>',
  record: '<~record~>',
  header: '<~header~>',
  null: '<~null~>',
};
const NO_HEADERS = 'NO_HEADERS';

const FORMAT = {
  'print.timestamp': 'true',
  'print.partition': 'true',
  'print.offset': 'true',
  'print.headers': 'true',
  'print.key': 'true',
  'print.value': 'true',
  'key.separator': MARK.field,
  'line.separator': MARK.record,
  'headers.separator': MARK.header,
  'null.literal': MARK.null,
};

/** The Java client, which checks CRCs by default. Without deserializers its console consumer writes keys and values as they are. */
export const readWithConsoleConsumer: TopicReader = async ({ bootstrap, run }, topic, recordCount) => {
  const where = ['--bootstrap-server', bootstrap.join(','), '--topic', topic, '--from-beginning'];
  const until = ['--max-messages', String(recordCount), '--timeout-ms', '30000'];
  const format = Object.entries(FORMAT).flatMap(([name, value]) => ['--formatter-property', `${name}=${value}`]);
  const args = [...where, ...until, ...format];
  const result = await run('org.apache.kafka.tools.consumer.ConsoleConsumer', args, { encoding: 'latin1' });
  if (result.code !== 0) throw new Error(`the console consumer ended with ${result.code}: ${result.stderr}`);
  return result.stdout
    .split(MARK.record)
    .slice(0, -1)
    .map((record) => {
      const [timestamp = '', partition = '', offset = '', headers = '', key = '', value = ''] = record.split(
        MARK.field,
      );
      return {
        partition: Number(after('Partition:', partition)),
        offset: after('Offset:', offset),
        timestampMs: Number(after('CreateTime:', timestamp)),
        key: content(key),
        value: content(value),
        headers: headers === NO_HEADERS ? [] : headers.split(MARK.header).map(header),
      };
    });
};

function after(prefix: string, text: string): string {
  if (!text.startsWith(prefix)) throw new Error(`"${text}" does not start with "${prefix}"`);
  return text.slice(prefix.length);
}

function header(text: string): readonly [string, ReadBytes] {
  const colon = text.indexOf(':');
  return [headerName(text.slice(0, colon)), content(text.slice(colon + 1))];
}

function content(text: string): ReadBytes {
  return text === MARK.null ? null : readBytes(text);
}
