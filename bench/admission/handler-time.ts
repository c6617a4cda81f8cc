/** The histogram of answers, by controller-runtime's name or ours. */
const HISTOGRAM = /^# TYPE (\w*(?:webhook|admission)\w*_seconds) histogram$/m;

/** The time spent in handlers so far in ms, from the text of /metrics; undefined if it does not tell. */
export function handlerMilliseconds(metrics: string): number | undefined {
  const name = metrics.match(HISTOGRAM)?.[1];
  if (name === undefined) return undefined;
  const seconds = metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}_sum`))
    .map((line) => Number(line.slice(line.lastIndexOf(' '))));
  return seconds.reduce((sum, value) => sum + value, 0) * 1000;
}
