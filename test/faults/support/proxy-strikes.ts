import type { Random } from 'embedded-kafka';
import { apis, decodeResponse, errorName, type ApiName } from 'kafka-wire';

import type { RequestStart } from './request-start.js';

/**
 * What happens to a frame on its way.
 *
 * `cut-…`: the connection ends before it, in the middle of it, or behind it. `deliver-late`: it ends for the sender at once, and the receiver gets
 * the frame later. `black-hole`: neither it nor anything behind it arrives, and nobody is told.
 */
export type FrameAction =
  | { readonly kind: 'cut-before' | 'cut-within' | 'cut-after' | 'black-hole' }
  | { readonly kind: 'delay' | 'deliver-late'; readonly delayMs: number }
  | { readonly kind: 'fragment'; readonly pieceBytes: number };

export type Side = 'request' | 'response';

/** Which frames a strike is for. */
export interface StrikePlan {
  /** So many of them go by before. @defaultValue 0 */
  readonly skip?: number;
  readonly times: number;
  /** @defaultValue 'Produce' */
  readonly api?: ApiName;
  /** Only of connections of that client id. */
  readonly clientId?: string;
}

/** A strike that waits for its frames. */
export interface Strike {
  /** Frames it has struck. */
  readonly hits: number;
}

class Armed implements Strike {
  readonly #side: Side;
  readonly #plan: StrikePlan;
  #met = 0;
  hits = 0;

  constructor(
    side: Side,
    readonly action: FrameAction,
    plan: StrikePlan,
  ) {
    this.#side = side;
    this.#plan = plan;
  }

  /** Whether it is this frame's turn; counts it. */
  strikes(side: Side, { api, clientId }: RequestStart): boolean {
    const { skip = 0, times, api: wanted = 'Produce', clientId: client = clientId } = this.#plan;
    if (side !== this.#side || api !== wanted || clientId !== client) return false;
    if (this.hits === times || this.#met++ < skip) return false;
    this.hits++;
    return true;
  }
}

/** What strikes at random; a black hole costs a whole request time-out each time. */
const STRUCK_KINDS = ['cut-before', 'cut-within', 'cut-after', 'delay', 'fragment', 'deliver-late'] as const;
export type StruckKind = (typeof STRUCK_KINDS)[number];

/** What a producer asks. */
const STRUCK_AT_RANDOM: readonly ApiName[] = ['Produce', 'Metadata', 'InitProducerId', 'ApiVersions'];

/** Of the answers that are looked into: of each partition what it was answered. */
const ERROR_CODES = {
  Produce: (version, frame) =>
    decodeResponse(apis.Produce, version, frame).body.responses.flatMap(({ partitionResponses }) =>
      partitionResponses.map(({ errorCode }) => errorCode),
    ),
  TxnOffsetCommit: (version, frame) =>
    decodeResponse(apis.TxnOffsetCommit, version, frame).body.topics.flatMap(({ partitions }) =>
      partitions.map(({ errorCode }) => errorCode),
    ),
  OffsetFetch: (version, frame) =>
    decodeResponse(apis.OffsetFetch, version, frame).body.topics.flatMap(({ partitions }) =>
      partitions.map(({ errorCode }) => errorCode),
    ),
} satisfies Partial<Record<ApiName, (version: number, frame: Buffer) => number[]>>;

/** What the proxies of a cluster do to frames, and what they saw. */
export class ProxyStrikes {
  readonly #armed: Armed[] = [];
  #atRandom: { readonly random: Random; readonly rate: number; readonly kinds: readonly StruckKind[] } | undefined;
  hits = 0;
  /** Partitions of responses by what they were answered, as far as it was an error; of other APIs than Produce with their name before it. */
  readonly refusals = new Map<string, number>();

  /** Told of every request before anything is done to it. */
  onRequest: (request: RequestStart) => void = () => {};

  /** Strikes requests, or the answers to them. */
  arm(side: Side, action: FrameAction, plan: StrikePlan): Strike {
    const armed = new Armed(side, action, plan);
    this.#armed.push(armed);
    return armed;
  }

  /** Strikes whatever producers ask, each request and each answer with a probability. */
  strikeAtRandom(random: Random, rate: number, kinds: readonly StruckKind[] = STRUCK_KINDS): void {
    this.#atRandom = { random, rate, kinds };
  }

  /** Nothing is struck any more. */
  clear(): void {
    this.#armed.length = 0;
    this.#atRandom = undefined;
  }

  refusalsOf(...names: readonly string[]): number {
    return names.reduce((sum, name) => sum + (this.refusals.get(name) ?? 0), 0);
  }

  met(side: Side, start: RequestStart): FrameAction | undefined {
    if (side === 'request') this.onRequest(start);
    const armed = this.#armed.find((each) => each.strikes(side, start));
    const action = armed?.action ?? this.#chosenAt(side, start.api);
    if (action !== undefined) this.hits++;
    return action;
  }

  answered({ api, apiVersion }: RequestStart, frame: Buffer): void {
    if (api === undefined || !Object.hasOwn(ERROR_CODES, api)) return;
    for (const code of ERROR_CODES[api as keyof typeof ERROR_CODES](apiVersion, frame)) {
      const name = (api === 'Produce' ? '' : `${api} `) + (errorName(code) ?? String(code));
      if (code !== 0) this.refusals.set(name, (this.refusals.get(name) ?? 0) + 1);
    }
  }

  #chosenAt(side: Side, api: ApiName | undefined): FrameAction | undefined {
    const { random, rate = 0, kinds = [] } = this.#atRandom ?? {};
    if (random === undefined || api === undefined || !STRUCK_AT_RANDOM.includes(api)) return undefined;
    return random.chance(rate) ? anyAction(random, side, kinds) : undefined;
  }
}

function anyAction(random: Random, side: Side, kinds: readonly StruckKind[]): FrameAction {
  const kind = random.pick(kinds);
  if (kind === 'fragment') return { kind, pieceBytes: random.integer(1, 40) };
  if (kind === 'delay' || (kind === 'deliver-late' && side === 'request'))
    return { kind, delayMs: random.integer(10, 400) };
  return { kind: kind === 'deliver-late' ? 'cut-before' : kind };
}
