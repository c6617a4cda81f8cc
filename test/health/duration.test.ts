import { parseDuration } from '@mailprovider/health/duration';
import t from 'tap';

t.test('durations are those of Go flags', async (t) => {
  for (const [text, milliseconds] of [
    ['15s', 15_000],
    ['1.5s', 1_500],
    ['300ms', 300],
    ['1m30s', 90_000],
    ['1h', 3_600_000],
  ] as const) {
    t.equal(parseDuration(text), milliseconds, text);
  }
});

t.test('anything else is refused', async (t) => {
  for (const text of ['', '15', 's', '-1s', '1.s', '15 s', '1d']) {
    t.throws(() => parseDuration(text), /must be a duration such as 15s/, text);
  }
});
