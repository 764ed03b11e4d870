import { register } from 'node:module';

/** From here on `import()` takes the TypeScript of this repository, on any Node: the history checker and the reader of topics are those of the tests. */
register('./typescript-hooks.mjs', import.meta.url);
