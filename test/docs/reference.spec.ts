import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as library from 'nestjs-kafka-producer';
import { describe, expect, it } from 'vitest';

import { readErrors, readOptions, renderErrors, renderOptions } from '../../docs/generate-reference.mjs';

const reference = join(import.meta.dirname, '../../docs/reference');

describe('the reference', () => {
  it.each([
    ['options.md', renderOptions],
    ['errors.md', renderErrors],
  ])('%s is what the sources say: run `node docs/generate-reference.mjs`', (file, render) => {
    expect(readFileSync(join(reference, file), 'utf8')).toBe(render());
  });
});

describe('an option', () => {
  it.each(readOptions().map((option) => [option.path, option] as const))(
    '%s is documented with the default it has',
    (_path, option) => {
      expect(option.doc).not.toBe('');
      expect(option.defaultValue).not.toBe('');
      const { initialiser } = option;
      // Where there is nothing to initialise with, the comment says in words what happens.
      if (initialiser === 'undefined' || initialiser === '[]') return;
      expect(option.defaultValue).toBe(initialiser.replaceAll('_', ''));
    },
  );

  it('that counts time or bytes carries its unit in its name, unless the name is kafkajs’', () => {
    const withoutUnit = readOptions().filter(
      ({ path, range }) => /milli|bytes/.test(range) && !/(Ms|Bytes)$/.test(path),
    );
    expect(withoutUnit.map(({ path }) => path)).toEqual([
      'client.connectionTimeout',
      'client.authenticationTimeout',
      'client.reauthenticationThreshold',
    ]);
  });
});

describe('an error', () => {
  const errors = readErrors();

  it('stands in the reference for every code, and no code stands there that does not exist', () => {
    expect(errors.map(({ code }) => code)).toEqual(Object.keys(library.errorCodes));
  });

  it.each(errors.map((error) => [error.name, error] as const))(
    '%s is exported and documented',
    (name, { code, doc }) => {
      const exported = (library as unknown as Record<string, { readonly code?: string } | undefined>)[name];
      expect(exported?.code).toBe(code);
      expect(doc).not.toBe('');
    },
  );

  it('class is in the table: none is exported without a code of its own', () => {
    const classes = Object.entries(library).filter(
      ([, value]) => typeof value === 'function' && value.prototype instanceof library.KafkaProducerError,
    );
    expect(classes.map(([name]) => name).toSorted()).toEqual(errors.map(({ name }) => name).toSorted());
  });
});
