import { WaitingMails } from '@mailprovider/sender/queue/waiting-mails';
import t, { type Test } from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';

function waitingUnder(_t: Test) {
  const clock = new ManualClock();
  const told = { times: 0 };
  const waiting = new WaitingMails(clock, () => {
    told.times += 1;
  });
  return { clock, told, waiting, now: () => clock.now().getTime() };
}

t.test('mails become due in the order of their times, and are taken once', async (t) => {
  const { clock, told, waiting, now } = waitingUnder(t);
  waiting.add('late', now() + 200);
  waiting.add('soon', now() + 100);
  waiting.add('now', now());
  t.equal(told.times, 1);
  clock.advance(100);
  clock.advance(100);
  t.equal(told.times, 3);
  t.same(
    [waiting.takeDue(), waiting.takeDue(), waiting.takeDue(), waiting.takeDue()],
    ['now', 'soon', 'late', undefined],
  );
});

t.test('one that is due in a month is not due before', async (t) => {
  const { clock, waiting, now } = waitingUnder(t);
  const month = 31 * 86_400_000;
  waiting.add('far', now() + month);
  clock.advance(2 ** 31);
  t.notOk(waiting.due > 0);
  clock.advance(month);
  t.ok(waiting.due > 0);
});

t.test('a wall clock that is set while a mail waits changes nothing of its pause', async (t) => {
  for (const hours of [-24, 24]) {
    const { clock, waiting, now } = waitingUnder(t);
    waiting.add('id', now() + 100);
    clock.setWallClock(now() + hours * 3_600_000);
    clock.advance(99);
    t.notOk(waiting.due > 0);
    clock.advance(1);
    t.ok(waiting.due > 0, `${hours} h`);
  }
});

t.test('one that is taken waits no more, due or not', async (t) => {
  const { clock, waiting, now } = waitingUnder(t);
  waiting.add('due', now());
  waiting.add('later', now() + 10);
  t.ok(waiting.take('due'));
  t.ok(waiting.take('later'));
  t.notOk(waiting.take('later'));
  clock.advance(10);
  t.notOk(waiting.due > 0);
  t.same(clock.pending, []);
});

t.test('nothing is left of what was cleared', async (t) => {
  const { clock, waiting, now } = waitingUnder(t);
  waiting.add('due', now());
  waiting.add('later', now() + 10);
  waiting.clear();
  t.notOk(waiting.due > 0);
  t.same(clock.pending, []);
});
