import { apis, decodeRequest, decodeResponse, encodeRequest, encodeResponse, type ApiDefinition } from 'kafka-wire';
import { beforeAll, describe, expect, it } from 'vitest';
import { java } from '../support/apache-kafka.js';
import { describeNeeding } from '../support/describe-needing.js';
import { seededRandom } from '../support/random.js';
import { runProgram } from './kafka-facts.js';
import { asKafkaJson, randomMessage } from './random-message.js';

/** Besides the one message of nothing but defaults. */
const RANDOM_MESSAGES_PER_VERSION = 12;

/** A line of `RoundTrip.java`. */
interface KafkaReading {
  readonly error?: string;
  readonly apiKey?: number;
  readonly version?: number;
  readonly correlationId?: number;
  readonly clientId?: string | null;
  readonly left: number;
  readonly isDefault: boolean;
  readonly body: Readonly<Record<string, unknown>>;
  readonly hex: string;
}

interface Sample {
  readonly kind: 'request' | 'response';
  readonly api: ApiDefinition;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  /** Without the size. */
  readonly frame: Buffer;
}

const definitions: readonly ApiDefinition[] = Object.values(apis);
const groups = definitions.flatMap((api) =>
  (['request', 'response'] as const).map((kind) => ({ title: `${api.name} ${kind}`, api, kind })),
);

describeNeeding([java], "our codec and the Java client's message classes", () => {
  const random = seededRandom(4);
  const samples = groups.map(({ api, kind }) => samplesOf(api, kind));
  let readings: KafkaReading[][];

  beforeAll(async () => {
    const lines = samples
      .flat()
      .map(({ kind, api, version, frame }) => `${kind} ${api.key} ${version} ${frame.toString('hex')}`);
    const answers = (await runProgram('RoundTrip.java', [], lines.join('\n'))).trim().split('\n');
    const parsed = answers.map((line) => JSON.parse(line) as KafkaReading);
    readings = samples.map((group) => parsed.splice(0, group.length));
  });

  function samplesOf(api: ApiDefinition, kind: Sample['kind']): Sample[] {
    const samplesOfVersion = (version: number): Sample[] => [
      sample(api, kind, version, {}),
      ...Array.from({ length: RANDOM_MESSAGES_PER_VERSION }, () =>
        sample(api, kind, version, randomMessage(api[kind].fields, version, random)),
      ),
    ];
    const { min, max } = api.versions;
    return Array.from({ length: max - min + 1 }, (_, index) => samplesOfVersion(min + index)).flat();
  }

  function sample(api: ApiDefinition, kind: Sample['kind'], version: number, input: Sample['input']): Sample {
    const correlationId = Math.floor(random() * 2 ** 31);
    const clientId = random() < 0.2 ? null : 'order-service';
    const frame =
      kind === 'request'
        ? encodeRequest(api, version, { correlationId, clientId }, input)
        : encodeResponse(api, version, correlationId, input);
    return { kind, api, version, correlationId, clientId, input, frame: frame.subarray(4) };
  }

  describe.each(groups.map((group, index) => ({ ...group, index })))('$title', ({ index, kind, api }) => {
    it('has a header that Kafka reads, and nothing behind the body', () => {
      eachReading(index, isAny, (given, reading) => {
        expect(reading).toMatchObject({
          left: 0,
          correlationId: given.correlationId,
          ...(kind === 'request' && { apiKey: api.key, version: given.version, clientId: given.clientId }),
        });
      });
    });

    it('is read by Kafka with the values that were written, in every version', () => {
      eachReading(index, isFilled, (given, reading) => {
        expect(withoutRecords(reading.body)).toEqual(asKafkaJson(api[kind].fields, given.version, given.input));
      });
    });

    it("is Kafka's message of nothing but defaults when nothing was given", () => {
      eachReading(index, isEmpty, (_given, reading) => expect(reading.isDefault).toBe(true));
    });

    it('is written by Kafka in the same bytes', () => {
      eachReading(index, isAny, (given, reading) => expect(reading.hex).toBe(given.frame.toString('hex')));
    });

    it('is read back by us with the values Kafka read', () => {
      eachReading(index, isAny, (given, reading) => {
        const written = Buffer.from(reading.hex, 'hex');
        const { correlationId, body } =
          kind === 'request' ? decodeRequest(written) : decodeResponse(api, given.version, written);

        expect(correlationId).toBe(given.correlationId);
        expect(asKafkaJson(api[kind].fields, given.version, body)).toEqual(withoutRecords(reading.body));
      });
    });
  });

  /** Tells which message it was when `check` fails. */
  function eachReading(
    group: number,
    isWanted: (sample: Sample) => boolean,
    check: (given: Sample, reading: KafkaReading) => void,
  ): void {
    const given = samples[group] ?? [];
    expect(given.some(isWanted)).toBe(true);
    given.forEach((sample, index) => {
      if (!isWanted(sample)) return;
      const reading = readings[group]?.[index];
      const place = `version ${sample.version}: ${sample.frame.toString('hex')}`;
      if (reading === undefined || reading.error !== undefined) throw new Error(`${reading?.error} for ${place}`);
      try {
        check(sample, reading);
      } catch (error) {
        throw new Error(`differs in ${place}`, { cause: error });
      }
    });
  }
});

const isAny = () => true;
const isEmpty = ({ input }: Sample) => Object.keys(input).length === 0;
const isFilled = (sample: Sample) => !isEmpty(sample);

/** Kafka prints `"records": ""` or their size, never their content. The bytes are compared as bytes. */
function withoutRecords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRecords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key.startsWith('records') ? [] : [[key, withoutRecords(inner)]])),
  );
}
