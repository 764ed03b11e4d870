import { SingleBar } from 'cli-progress';

export interface Progress {
  /** One more is done. */
  advance(): void;
  end(): void;
}

/** A bar on a terminal; where the output goes to a file, a line at every quarter. @param done of the total, before it starts */
export function startProgress(
  title: string,
  total: number,
  done = 0,
  output: NodeJS.WriteStream = process.stdout,
): Progress {
  return output.isTTY ? bar(title, total, done, output) : lines(title, total, done, output);
}

function bar(title: string, total: number, done: number, stream: NodeJS.WriteStream): Progress {
  const format = `${title}  {bar}  {value}/{total}`;
  const single = new SingleBar({
    format,
    stream,
    barsize: 32,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
  });
  single.start(total, done);
  return { advance: () => single.increment(), end: () => single.stop() };
}

function lines(title: string, total: number, alreadyDone: number, output: NodeJS.WriteStream): Progress {
  let done = alreadyDone;
  const quarter = Math.ceil(total / 4);
  return {
    advance: () => {
      done += 1;
      if (done % quarter === 0 || done === total) output.write(`${title}  ${done}/${total}\n`);
    },
    end: () => {},
  };
}
