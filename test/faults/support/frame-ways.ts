import type { FrameAction, Side } from './proxy-strikes.js';

export interface FrameWay {
  /** Of the request or of its answer. */
  readonly what: string;
  readonly side: Side;
  readonly action: FrameAction;
}

/** Ways in which a network fails one request: lost before it was carried out or after, cut or silent, or late. */
export function frameWays(requestTimeoutMs: number): FrameWay[] {
  const lateMs = requestTimeoutMs + 200;
  return [
    { what: 'a request cut before it arrived', side: 'request', action: { kind: 'cut-before' } },
    { what: 'a request cut when it had arrived', side: 'request', action: { kind: 'cut-after' } },
    { what: 'a request that never arrived', side: 'request', action: { kind: 'black-hole' } },
    { what: 'a request that arrived after its time-out', side: 'request', action: { kind: 'delay', delayMs: lateMs } },
    {
      what: 'a request that arrived when the client had connected anew',
      side: 'request',
      action: { kind: 'deliver-late', delayMs: lateMs },
    },
    { what: 'an answer cut before it arrived', side: 'response', action: { kind: 'cut-before' } },
    { what: 'an answer cut when it had arrived', side: 'response', action: { kind: 'cut-after' } },
    { what: 'an answer that never arrived', side: 'response', action: { kind: 'black-hole' } },
    { what: 'an answer that came after its time-out', side: 'response', action: { kind: 'delay', delayMs: lateMs } },
  ];
}
