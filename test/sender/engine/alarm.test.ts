import { Alarm } from '@mailprovider/sender/queue/alarm';
import t from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';

t.test('an earlier moment takes the place of a later one', async (t) => {
  const clock = new ManualClock();
  let rung = 0;
  const alarm = new Alarm(clock, () => {
    rung += 1;
  });
  alarm.set(clock.monotonicMs() + 30_000);
  alarm.set(clock.monotonicMs() + 100);
  alarm.set(clock.monotonicMs() + 100);
  t.same(clock.pending, [100]);
  clock.advance(100);
  t.equal(rung, 1);
  alarm.set(clock.monotonicMs() + 1);
  alarm.cancel();
  t.same(clock.pending, []);
});
