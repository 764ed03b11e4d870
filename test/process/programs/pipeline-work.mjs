// What the handler of a pipeline does with a record, however it came to it, and what it writes down of it: a file of lines is all that is left of a process
// that is killed.
import { openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from 'embedded-kafka';

/**
 * Makes of each record of a topic one of another, with the same key and value, in the unit it is called in. Fails at random, before or after it has sent, and
 * always with what is poisoned. Some of its sends are awaited by nobody.
 *
 * @param {import('nestjs-kafka-producer').KafkaProducerService} producer
 * @param {{ notes: string, sink: string, seed: number, failureRate: number, maxWorkMs: number }} options
 */
export function pipelineWork(producer, { notes, sink, seed, failureRate, maxWorkMs }) {
  const file = openSync(notes, 'a');
  const note = (line) => void writeSync(file, `${line}\n`);
  note('begins');
  const units = new WeakMap();
  let unitCount = 0;
  const random = new Random(seed);

  /** Of the unit it is called in; what becomes of it is noted. */
  function unitNumber() {
    const unit = producer.currentTransaction();
    if (unit === undefined) throw new TypeError('the handler was called outside of a unit');
    let number = units.get(unit);
    if (number === undefined) {
      units.set(unit, (number = ++unitCount));
      unit.afterCommit(() => note(`committed ${number}`));
      unit.afterAbort((reason) => note(`aborted ${number} ${whyOf(reason)}`));
    }
    return number;
  }

  function fail(value) {
    throw new Error(`failed on purpose with '${value}'`);
  }

  async function handle({ key, value, partition, offset }) {
    const isFailing = random.chance(failureRate) || value.endsWith(' poison');
    note(`${isFailing ? 'fails' : 'handles'} ${unitNumber()} ${partition}:${offset}`);
    await pause(random.integer(0, maxWorkMs));
    if (isFailing && random.chance(0.5)) fail(value);
    const sent = producer.send({ topic: sink, key, value });
    if (random.chance(0.25)) sent.catch(() => {});
    else await sent;
    if (isFailing) fail(value);
  }

  return { handle, note };
}

/** One line: an error and what caused it, outermost first. */
function whyOf(reason) {
  const messages = [];
  for (let error = reason; error instanceof Error; error = error.cause) messages.push(error.message);
  return messages.join(', because ').replaceAll('\n', ' ');
}
