import { readFileSync } from 'node:fs';

/** What the processes of one worker have written down, one after the other. */
export interface PipelineNotes {
  /** Times it has joined the group anew. */
  readonly joins: number;
  readonly committed: number;
  readonly aborted: number;
  /** Of the aborted units those that were refused because the partition is another member's by now. */
  readonly fenced: number;
  /** Times a handler has failed on purpose. */
  readonly failed: number;
  /** Units of the last process that have begun and not ended, and which no handler has decided to fail. */
  readonly open: number;
}

const FENCED = /ILLEGAL_GENERATION|UNKNOWN_MEMBER_ID/;

/** @param file as `pipeline-work.mjs` writes it */
export function pipelineNotes(file: string): PipelineNotes {
  const open = new Set<string>();
  let [joins, committed, aborted, fenced, failed] = [0, 0, 0, 0, 0];
  const lines = readFileSync(file, 'utf8').split('\n');
  // The last one may be half written: its process was killed.
  for (const line of lines.slice(0, -1)) {
    const [what, unit = ''] = line.split(' ');
    if (what === 'fails') open.delete(unit);
    if (what === 'begins') open.clear();
    else if (what === 'handles') open.add(unit);
    else if (what === 'joined') joins++;
    else if (what === 'fails') failed++;
    else if (what === 'committed' || what === 'aborted') {
      open.delete(unit);
      if (what === 'committed') committed++;
      else aborted++;
      if (what === 'aborted' && FENCED.test(line)) fenced++;
    }
  }
  return { joins, committed, aborted, fenced, failed, open: open.size };
}
