import { durationMs, parseDuration } from '@mailprovider/process/duration';
import t from 'tap';

t.test('durations are read as Go writes them', async (t) => {
  const cases: [string, number][] = [
    ['5s', 5_000],
    ['1m0s', 60_000],
    ['500ms', 500],
    ['1.5s', 1_500],
    ['.5s', 500],
    ['1h2m3s', 3_723_000],
    ['100µs', 0.1],
    ['2us', 0.002],
    ['3ns', 0.000_003],
    ['0', 0],
    ['0s', 0],
  ];
  for (const [text, milliseconds] of cases) t.equal(durationMs(text), milliseconds, text);
});

t.test('what is no duration is none', async (t) => {
  for (const text of [
    '',
    '5',
    's',
    '-5s',
    '5 s',
    '5s ',
    '5x',
    '1e3s',
    '1s2',
    `${'1s'.repeat(99)}`,
  ]) {
    t.equal(durationMs(text), undefined, text);
    t.throws(() => parseDuration(text), /must be a duration such as/);
  }
  t.equal(parseDuration('3s'), 3_000);
});

t.test('a flag takes no more than a timer of Node can wait', async (t) => {
  t.equal(parseDuration('480h'), 1_728_000_000);
  t.throws(() => parseDuration('481h'), /must be 480h or less/);
});
