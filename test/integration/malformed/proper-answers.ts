import type { LoggedRequest } from 'embedded-kafka';
import { apis, decodeResponse, errorCode, FrameReader, peekCorrelationId, type ApiDefinition } from 'kafka-wire';

interface Case {
  readonly sent: Buffer;
  readonly answered: Buffer;
  readonly isClosed: boolean;
  /** Those the broker has made out in what was sent. */
  readonly requests: readonly LoggedRequest[];
}

/** Requests that may be owed an answer: for records, for replicas, or for other members of a group. */
const MAY_WAIT = new Set(['Produce', 'Fetch', 'JoinGroup', 'SyncGroup']);

/** What a broker did that no broker may do; undefined when it closed, waits for more, or answered every request as Kafka would. */
export function wrongWith({ sent, answered, isClosed, requests }: Case): string | undefined {
  const broken = requests.find(({ failure }) => failure !== undefined);
  if (broken !== undefined) {
    const { failure } = broken;
    return `${broken.api} v${broken.apiVersion} showed a defect: ${failure instanceof Error ? failure.stack : String(failure)}`;
  }
  const open = [...requests];
  for (const frame of framesIn(answered)) {
    const refusal = refusedApiVersions(frame);
    const at = open.findIndex(({ correlationId }) => correlationId === peekCorrelationId(frame));
    if (at < 0 && refusal) continue;
    const request = open[at];
    if (request === undefined) return `an answer to nothing: ${frame.toString('hex')}`;
    open.splice(0, at + 1);
    const api: ApiDefinition = apis[request.api];
    try {
      decodeResponse(api, request.apiVersion, frame);
    } catch (error) {
      return `${request.api} v${request.apiVersion} was answered with what is no answer: ${String(error)}`;
    }
  }
  const waiting = open.filter(({ api }) => !MAY_WAIT.has(api));
  if (!isClosed && waiting.length > 0) return `${waiting[0]?.api} v${waiting[0]?.apiVersion} was never answered`;
  if (!isClosed && open.length === 0 && hasImpossibleSize(sent)) return 'a frame of an impossible size was accepted';
  return undefined;
}

function framesIn(answered: Buffer): Buffer[] {
  const reader = new FrameReader();
  reader.push(answered);
  const frames: Buffer[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  const whole = frames.reduce((sum, { length }) => sum + 4 + length, 0);
  if (whole !== answered.length) frames.push(answered.subarray(whole));
  return frames;
}

/** KIP-511: a version of ApiVersions that is not known is answered in version 0, whatever it was. */
function refusedApiVersions(frame: Buffer): boolean {
  try {
    return decodeResponse(apis.ApiVersions, 0, frame).body.errorCode === errorCode('UNSUPPORTED_VERSION');
  } catch {
    return false;
  }
}

/** Of the first frame: those behind it may be out of step. */
function hasImpossibleSize(sent: Buffer): boolean {
  if (sent.length < 4) return false;
  const size = sent.readInt32BE(0);
  return size < 0 || size > 104_857_600;
}
