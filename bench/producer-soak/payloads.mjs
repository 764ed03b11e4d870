import { randomFrom } from '../embedded-soak/random.mjs';

const FILLER_BYTES = 1 << 16;
/** Half of it compresses: as what people send does. */
const FILLER = fillerOf(randomFrom(3));

/** What a record's value begins with, and what the history knows it by. */
export function nameOf(call) {
  return `#${call}`;
}

/** A value that can be told from its beginning: of which call it is, and which bytes follow. */
export function payloadOf(call, sizeBytes) {
  const head = `${nameOf(call)}|${sizeBytes}|`;
  const from = (call * 131) % (FILLER_BYTES >> 1);
  let rest = '';
  for (let missing = sizeBytes - head.length; missing > 0; missing -= FILLER_BYTES >> 1)
    rest += FILLER.slice(from, from + Math.min(missing, FILLER_BYTES >> 1));
  return head + rest;
}

/** @returns the name of the record, or the value as it is when its bytes are not those of the record it says it is */
export function nameIn(value) {
  const [, call, sizeBytes] = /^#(\d+)\|(\d+)\|/.exec(value) ?? [];
  return call !== undefined && payloadOf(Number(call), Number(sizeBytes)) === value ? nameOf(call) : value;
}

function fillerOf(random) {
  let filler = '';
  while (filler.length < FILLER_BYTES) {
    const word = Math.floor(random() * 2 ** 32).toString(36);
    filler += word.repeat(1 + Math.floor(random() * 2));
  }
  return filler.slice(0, FILLER_BYTES);
}
