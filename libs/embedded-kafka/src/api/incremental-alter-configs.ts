import { apis, errorName } from 'kafka-wire';
import { alterConfigsOf } from './alter-topic-configs.js';
import { defineHandler } from './api-handler.js';

export const incrementalAlterConfigs = defineHandler({
  api: apis.IncrementalAlterConfigs,
  versions: { min: 0, max: 1 },
  handle({ resources, validateOnly }, context) {
    const changesOf = ({ configs }: (typeof resources)[number]) =>
      configs.map(({ name, configOperation, value }) => ({ name, operation: configOperation, value }));
    return { responses: alterConfigsOf(resources, changesOf, { isWhole: false, validateOnly }, context) };
  },
  refuse: (request, code) => ({
    responses: request.resources.map(({ resourceType, resourceName }) => {
      return { resourceType, resourceName, errorCode: code, errorMessage: errorName(code) };
    }),
  }),
});
