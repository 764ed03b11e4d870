import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { startProgress } from '../src/demo/progress.js';

/** Keeps what is written to it: a terminal of 80 columns, or a file. */
class Output extends Writable {
  text = '';
  readonly columns = 80;
  readonly rows = 24;

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function progressOf(total: number, isTTY: boolean, advances: number, done = 0): string {
  const output = new Output(isTTY);
  const progress = startProgress('Posting orders', total, done, output as unknown as NodeJS.WriteStream);
  for (let i = 0; i < advances; i++) progress.advance();
  progress.end();
  return output.text;
}

const SHOW_CURSOR = '\u001B[?25h';
const HIDE_CURSOR = '\u001B[?25l';

describe('the progress of the demo', () => {
  it('is a bar on a terminal, full at the end, and the cursor is there again', () => {
    const text = progressOf(300, true, 300);
    expect(text).toContain(`Posting orders  ${'░'.repeat(32)}  0/300`);
    expect(text).toContain(`Posting orders  ${'█'.repeat(32)}  300/300`);
    expect(text).toContain(HIDE_CURSOR);
    expect(text.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(text.lastIndexOf(HIDE_CURSOR));
    expect(text.endsWith('\n')).toBe(true);
  });

  it('leaves the bar where it was when it ends early', () => {
    const text = progressOf(300, true, 150);
    expect(text).toContain(`${'█'.repeat(16)}${'░'.repeat(16)}  150/300`);
    expect(text).toContain(SHOW_CURSOR);
  });

  it('begins where something was done before', () => {
    expect(progressOf(300, true, 0, 75)).toContain(`${'█'.repeat(8)}${'░'.repeat(24)}  75/300`);
    expect(progressOf(300, false, 150, 150)).toBe('Posting orders  225/300\nPosting orders  300/300\n');
  });

  it('is a line per quarter in a file, without control characters', () => {
    const lines = [75, 150, 225, 300].map((done) => `Posting orders  ${done}/300\n`);
    expect(progressOf(300, false, 300)).toBe(lines.join(''));
  });
});
