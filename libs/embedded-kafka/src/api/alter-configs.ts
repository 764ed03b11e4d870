import { apis, errorName } from 'kafka-wire';
import { alterConfigsOf } from './alter-topic-configs.js';
import { defineHandler } from './api-handler.js';

const SET = 0;

export const alterConfigs = defineHandler({
  api: apis.AlterConfigs,
  versions: { min: 0, max: 2 },
  handle({ resources, validateOnly }, context) {
    const changesOf = ({ configs }: (typeof resources)[number]) =>
      configs.map(({ name, value }) => ({ name, operation: SET, value }));
    return { responses: alterConfigsOf(resources, changesOf, { isWhole: true, validateOnly }, context) };
  },
  refuse: (request, code) => ({
    responses: request.resources.map(({ resourceType, resourceName }) => {
      return { resourceType, resourceName, errorCode: code, errorMessage: errorName(code) };
    }),
  }),
});
