import { Writable } from 'node:stream';

/** Collects the lines of a log; `until` waits for one that matches. */
export function logLines() {
  const all: string[] = [];
  let told = () => {};
  const stream = new Writable({
    write(chunk, _encoding, done) {
      all.push(...String(chunk).split('\n').filter(Boolean));
      told();
      done();
    },
  });
  const until = async (pattern: RegExp) => {
    while (!all.some((line) => pattern.test(line))) {
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    }
  };
  return { stream, lines: { all, until } };
}
