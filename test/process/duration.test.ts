import { durationMs, parseDuration } from '@mailprovider/process';
import t from 'tap';

t.test('durations are read as Go writes them', (t) => {
  t.equal(durationMs('90s'), 90_000);
  t.equal(durationMs('1m30s'), 90_000);
  t.equal(durationMs('1h0m0.5s'), 3_600_500);
  t.equal(durationMs('500ms'), 500);
  for (const text of ['', '5', 's', '-5s', '5 s', '5sec', '1e3s', 'NaNs']) {
    t.equal(durationMs(text), undefined, text);
  }
  t.throws(() => parseDuration('soon'), { message: /such as 90s/ });
  t.end();
});
