import { apis, errorCode, type RequestOf, type ResponseInput } from 'kafka-wire';
import type { Access } from '../security/access.js';
import { accessRule } from './access-rule.js';

type Request = RequestOf<typeof apis.OffsetFetch>;
type AskedGroup = Pick<Request['groups'][number], 'groupId' | 'topics'>;
type AskedTopic = NonNullable<AskedGroup['topics']>[number];
type Response = ResponseInput<typeof apis.OffsetFetch>;
type AnsweredGroup = NonNullable<Response['groups']>[number];

const BATCHED_SINCE_VERSION = 8;

/** A list of groups with lists of topics, and both may be refused. Topics that were not asked for by name are left out instead. */
export const accessOfFetchedOffsets = accessRule(apis.OffsetFetch, {
  serve(request, access, { apiVersion }, serve) {
    const isBatched = apiVersion >= BATCHED_SINCE_VERSION;
    const asked: readonly AskedGroup[] = isBatched ? request.groups : [request];
    const mayDescribe = ({ groupId }: AskedGroup): boolean => access.may('describe', 'group', groupId);
    const finish = (response: Response): Response => {
      const answered = isBatched ? (response.groups ?? []) : [response];
      const groups = [
        ...asked.filter((group) => !mayDescribe(group)).map(refusedGroup),
        ...asked.filter(mayDescribe).map((group, at) => finished(answered[at] ?? {}, group, access)),
      ];
      const [group] = groups;
      return isBatched ? { ...response, groups } : { ...response, ...group };
    };
    const permitted = isBatched
      ? { ...request, groups: request.groups.filter(mayDescribe).map((group) => visiblePart(group, access)) }
      : visiblePart(request, access);
    if (!isBatched && !mayDescribe(request)) return finish({});
    const served = serve(permitted);
    if (served instanceof Promise) return served.then((late) => (typeof late === 'string' ? late : finish(late)));
    return typeof served === 'string' ? served : finish(served);
  },
});

function maySee({ name }: { readonly name?: string | undefined }, access: Access): boolean {
  return access.may('describe', 'topic', name ?? '');
}

function visiblePart<T extends AskedGroup>(group: T, access: Access): T {
  return { ...group, topics: group.topics?.filter((topic) => maySee(topic, access)) ?? null };
}

function finished(answered: AnsweredGroup, { topics: asked }: AskedGroup, access: Access): AnsweredGroup {
  if ((answered.errorCode ?? 0) !== 0) return answered;
  const visible = answered.topics?.filter((topic) => maySee(topic, access)) ?? [];
  const refused = asked?.filter((topic) => !maySee(topic, access)).map(refusedTopic) ?? [];
  return { ...answered, topics: [...visible, ...refused] };
}

function refusedGroup({ groupId }: AskedGroup): AnsweredGroup {
  return { groupId, errorCode: errorCode('GROUP_AUTHORIZATION_FAILED'), topics: [] };
}

function refusedTopic({ name, partitionIndexes }: AskedTopic) {
  const code = errorCode('TOPIC_AUTHORIZATION_FAILED');
  return {
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1,
      metadata: '',
      errorCode: code,
    })),
  };
}
