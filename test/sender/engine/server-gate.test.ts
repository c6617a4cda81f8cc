import { ServerGate } from '@mailprovider/sender/queue/server-gate';
import t from 'tap';

t.test('a server that works is given all there is room for', async (t) => {
  const gate = new ServerGate(() => 0);
  t.equal(gate.limit(20), 20);
  t.notOk(gate.worked());
  t.equal(gate.opensAt, 0);
});

t.test('a server that fails is left alone for growing pauses, then tried by one', async (t) => {
  const gate = new ServerGate(() => 0.999);
  const pauses: number[] = [];
  let now = 0;
  for (let failure = 0; failure < 12; failure += 1) {
    gate.failed(now);
    pauses.push(gate.opensAt - now);
    now = gate.opensAt;
  }
  t.same(pauses.slice(0, 4), [100, 200, 400, 800]);
  t.equal(Math.max(...pauses), 29_985, 'never longer than a health check takes to come again');
  t.equal(gate.limit(20), 1);
});

t.test('attempts that fail side by side count once', async (t) => {
  const gate = new ServerGate(() => 0.999);
  for (let session = 0; session < 20; session += 1) gate.failed(0);
  t.equal(gate.opensAt, 100);
});

t.test('a server that comes back is given one, two, four and so on', async (t) => {
  const gate = new ServerGate(() => 0);
  gate.failed(0);
  t.ok(gate.worked(), 'who waited for it may come');
  t.equal(gate.limit(20), 2);
  t.notOk(gate.worked());
  t.equal(gate.limit(20), 4);
  gate.worked();
  gate.worked();
  gate.worked();
  t.equal(gate.limit(20), 20);
});

t.test('after a change of the provider the trial comes at once', async (t) => {
  const gate = new ServerGate(() => 0);
  for (let now = 0; now < 60_000; now = gate.opensAt) gate.failed(now);
  gate.reset();
  t.equal(gate.opensAt, 0);
  t.equal(gate.limit(20), 1);
});
