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

interface Armed {
  readonly side: Side;
  readonly action: FrameAction;
  skip: number;
  left: number;
}

/** What strikes at random; a black hole costs a whole request time-out each time. */
const STRUCK_KINDS = ['cut-before', 'cut-within', 'cut-after', 'delay', 'fragment', 'deliver-late'] as const;
export type StruckKind = (typeof STRUCK_KINDS)[number];

/** What a producer asks. */
const STRUCK_AT_RANDOM: readonly ApiName[] = ['Produce', 'Metadata', 'InitProducerId', 'ApiVersions'];

/** What the proxies of a cluster do to frames, and what they saw. */
export class ProxyStrikes {
  readonly #armed: Armed[] = [];
  #atRandom: { readonly random: Random; readonly rate: number; readonly kinds: readonly StruckKind[] } | undefined;
  hits = 0;
  /** Partitions of produce responses by what they were answered, as far as it was an error. */
  readonly refusals = new Map<string, number>();

  /** Strikes produce requests, or their answers: after `skip` of them, so many. */
  arm(side: Side, action: FrameAction, { skip, times }: { readonly skip: number; readonly times: number }): void {
    this.#armed.push({ side, action, skip, left: times });
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

  met(side: Side, api: ApiName | undefined): FrameAction | undefined {
    const action = this.#armedAt(side, api) ?? this.#chosenAt(side, api);
    if (action !== undefined) this.hits++;
    return action;
  }

  answered({ api, apiVersion }: RequestStart, frame: Buffer): void {
    if (api !== 'Produce') return;
    for (const { partitionResponses } of decodeResponse(apis.Produce, apiVersion, frame).body.responses) {
      for (const { errorCode } of partitionResponses) {
        const name = errorName(errorCode) ?? String(errorCode);
        if (errorCode !== 0) this.refusals.set(name, (this.refusals.get(name) ?? 0) + 1);
      }
    }
  }

  #armedAt(side: Side, api: ApiName | undefined): FrameAction | undefined {
    const armed = this.#armed.find((it) => it.side === side && it.left > 0);
    if (armed === undefined || api !== 'Produce' || armed.skip-- > 0) return undefined;
    armed.left--;
    return armed.action;
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
