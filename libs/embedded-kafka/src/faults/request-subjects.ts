import { apis, type ApiName, type Field, type Fields } from 'kafka-wire';
import { holdsId, type IdKind } from './request-ids.js';
import { isNotAsked } from './topic-entries.js';

/** What a fault can be narrowed to. */
export type RequestSubject = 'topic' | 'partition' | IdKind;

const TOPIC_LIST = /topic/i;
const PARTITIONS = new Set(['index', 'partition', 'partitionIndex', 'partitions', 'partitionIndexes']);

/** Whether requests of that API can speak of a topic, a partition, a transactional id or a group: read from its table. */
export function canSpeakOf(api: ApiName, subject: RequestSubject): boolean {
  const { fields } = apis[api].request;
  if (subject === 'topic') return topicLists(fields).length > 0;
  if (subject === 'partition') return some(topicLists(fields), ({ name }) => PARTITIONS.has(name));
  return some(fields, ({ name }) => holdsId(name, subject));
}

function topicLists(fields: Fields): Field[] {
  return all(fields).filter(
    ({ name, isArray }) => isArray && !isNotAsked(name) && (TOPIC_LIST.test(name) || name === 'resources'),
  );
}

function some(fields: Fields, isIt: (field: Field) => boolean): boolean {
  return all(fields).some(isIt);
}

function all(fields: Fields): Field[] {
  return fields.flatMap((field) => [field, ...all(field.fields)]);
}
