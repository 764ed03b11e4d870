import { apis } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

const TYPE = 'classic';

/** A broker lists the groups it coordinates: a client asks all brokers. */
export const listGroups = defineHandler({
  api: apis.ListGroups,
  versions: { min: 0, max: 5 },

  handle({ statesFilter, typesFilter }, { groups, brokerId }) {
    const isWanted = (filter: readonly string[], value: string) =>
      filter.length === 0 || filter.some((one) => one.trim().toLowerCase() === value.toLowerCase());
    const listed = [...groups.groups]
      .filter(({ id }) => groups.nodeFor(id)?.id === brokerId)
      .filter(({ state }) => isWanted(statesFilter, state) && isWanted(typesFilter, TYPE));
    return {
      groups: listed.map(({ id, protocolType, state }) => ({
        groupId: id,
        protocolType: protocolType ?? '',
        groupState: state,
        groupType: TYPE,
      })),
    };
  },

  refuse: (_request, code) => ({ errorCode: code }),
});
