import { describe } from 'vitest';

import { templateSuite } from './template-suite.js';

describe('an application as `nest new` of Nest 12 makes it, with the packed libraries', () => {
  templateSuite('nest-12', { nestVersion: /^12\./ });
});
