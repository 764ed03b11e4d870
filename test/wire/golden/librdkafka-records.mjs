// @ts-check

const PADDING = 'to be or not to be, that is the question. '.repeat(18);

/** What kcat is fed with: keys and values that fill several blocks of every codec. @returns {{ key: string, value: string }[]} */
export function librdkafkaRecords() {
  return Array.from({ length: 150 }, (_, i) => ({ key: `key-${i}`, value: `value ${i} ${PADDING}` }));
}
