import { SingleBar } from 'cli-progress';

export interface Progress {
  /** One more is done. */
  advance(): void;
  end(): void;
}

/** A bar on a terminal; where the output goes to a file, a line at every quarter. */
export function startProgress(title: string, total: number, output: NodeJS.WriteStream = process.stdout): Progress {
  return output.isTTY ? bar(title, total, output) : lines(title, total, output);
}

function bar(title: string, total: number, stream: NodeJS.WriteStream): Progress {
  const format = `${title}  {bar}  {value}/{total}`;
  const single = new SingleBar({
    format,
    stream,
    barsize: 32,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
  });
  single.start(total, 0);
  return { advance: () => single.increment(), end: () => single.stop() };
}

function lines(title: string, total: number, output: NodeJS.WriteStream): Progress {
  let done = 0;
  const quarter = Math.ceil(total / 4);
  return {
    advance: () => {
      done += 1;
      if (done % quarter === 0 || done === total) output.write(`${title}  ${done}/${total}\n`);
    },
    end: () => {},
  };
}
