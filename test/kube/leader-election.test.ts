import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  ApiConnection,
  DEFAULT_ELECTION_TIMING,
  type ElectionClock,
  type Leadership,
  LeadershipLost,
  leases,
  loadKubeConfig,
  runLeaderElection,
} from '@mailprovider/kube';
import { createLogger } from '@mailprovider/process';
import t, { type Test } from 'tap';
import { WITHOUT_CLUSTER } from '../acceptance/shared-cluster.ts';
import { ManualClock } from '../health/manual-clock.ts';

const NAMESPACE = 'default';
const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = DEFAULT_ELECTION_TIMING;

const settle = () => new Promise((resolve) => setImmediate(resolve));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await settle();
}

function connected(t: Test, kubeconfig = process.env['KUBECONFIG']) {
  const connection = new ApiConnection(loadKubeConfig(kubeconfig));
  t.teardown(() => connection.close());
  return leases(connection, NAMESPACE);
}

interface CandidateOptions {
  readonly name: string;
  readonly identity: string;
  readonly store?: ReturnType<typeof leases>;
  readonly clock?: ElectionClock;
}

/** One that takes part; `terms` are its times as leader so far. */
function candidate(t: Test, { name, identity, clock, store = connected(t) }: CandidateOptions) {
  const stop = new AbortController();
  const terms: Leadership[] = [];
  const ended = runLeaderElection({
    leases: store,
    name,
    identity,
    timing: DEFAULT_ELECTION_TIMING,
    clock: clock ?? new ManualClock(),
    random: () => 0,
    logger: createLogger('test', 'silent'),
    signal: stop.signal,
    async lead(leadership) {
      terms.push(leadership);
      if (!leadership.signal.aborted) await once(leadership.signal, 'abort');
    },
  });
  const end = () => {
    stop.abort();
    return ended;
  };
  t.teardown(end);
  return { identity, terms, end, leads: () => terms.at(-1)?.signal.aborted === false };
}

function foreign(holderIdentity: string, renewTime: Date) {
  return {
    holderIdentity,
    leaseDurationSeconds: 15,
    acquireTime: renewTime,
    renewTime,
    leaseTransitions: 4,
  };
}

t.test('leader election', { skip: WITHOUT_CLUSTER }, async (t) => {
  const store = connected(t);
  const specOf = async (name: string) => (await store.read(name)).lease?.spec;

  await t.test('one of three leads, and its end makes the next one lead at once', async (t) => {
    const name = 'elect-release';
    let all = ['a', 'b', 'c'].map((identity) => candidate(t, { name, identity }));
    while (all.length > 0) {
      await until(() => all.some(({ leads }) => leads()));
      const leading = all.filter(({ leads }) => leads());
      t.equal(leading.length, 1);
      t.equal((await specOf(name))?.holderIdentity, leading[0]?.identity);
      // No clock moves here: the watch alone makes the others look.
      await leading[0]?.end();
      all = all.filter(({ terms }) => terms.length === 0);
    }
    t.match(await specOf(name), {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      leaseTransitions: 2,
    });
  });

  await t.test('the leader renews each 2 s and keeps the time it took the Lease', async (t) => {
    const name = 'elect-renew';
    const clock = new ManualClock();
    const { leads } = candidate(t, { name, identity: 'a', clock });
    await until(leads);
    const taken = await specOf(name);
    for (const seconds of [2, 4, 6]) {
      await until(() => clock.pending.includes(retryPeriodMs));
      clock.advance(retryPeriodMs);
      const expected = `2026-01-01T00:00:0${seconds}.000000Z`;
      while ((await specOf(name))?.renewTime !== expected);
    }
    t.strictSame(
      { ...(await specOf(name)), renewTime: undefined },
      { ...taken, renewTime: undefined },
    );
  });

  for (const [name, hours] of [
    ['elect-past', -1],
    ['elect-future', 1],
  ] as const) {
    const title = `a Lease that says it was renewed ${hours} h from now is taken after 15 s of silence`;
    await t.test(title, async (t) => {
      await store.write(name, foreign('gone', new Date(Date.now() + hours * 3_600_000)), undefined);
      const clock = new ManualClock();
      const { terms, leads } = candidate(t, { name, identity: 'a', clock });
      for (let waited = 0; waited < leaseDurationMs; waited += retryPeriodMs) {
        await until(() => clock.pending.includes(retryPeriodMs));
        t.equal(terms.length, 0, `${waited} ms`);
        clock.advance(retryPeriodMs);
      }
      await until(leads);
      t.match(await specOf(name), { holderIdentity: 'a', leaseTransitions: 5 });
    });
  }

  await t.test('a renewal, but no label, starts the 15 s of silence anew', async (t) => {
    const name = 'elect-alive';
    let lease = await store.write(name, foreign('other', new Date(0)), undefined);
    const clock = new ManualClock();
    const { terms, leads } = candidate(t, { name, identity: 'a', clock });
    const tries = async (count: number) => {
      for (let tried = 0; tried < count; tried += 1) {
        await until(() => clock.pending.includes(retryPeriodMs));
        clock.advance(retryPeriodMs);
      }
      await until(() => clock.pending.includes(retryPeriodMs));
    };
    await tries(7);
    lease = await store.write(name, foreign('other', new Date(1)), lease);
    await tries(7);
    const labelled = { ...foreign('other', new Date(1)), annotations: { touched: 'yes' } };
    await store.write(name, labelled, lease);
    t.equal(terms.length, 0);
    await tries(1);
    t.equal(terms.length, 0, '14 s after the renewal was seen');
    clock.advance(retryPeriodMs);
    await until(leads);
  });

  await t.test('a leader that was replaced stops at once', async (t) => {
    const name = 'elect-replaced';
    const { leads, terms } = candidate(t, { name, identity: 'a' });
    await until(leads);
    const { lease } = await store.read(name);
    await store.write(name, foreign('other', new Date()), lease);
    await until(() => !leads());
    t.ok(terms[0]?.signal.reason instanceof LeadershipLost);
    t.match(await specOf(name), { holderIdentity: 'other' }, 'and does not release it');
  });

  await t.test('a write by somebody else that leaves the holder costs nothing', async (t) => {
    const name = 'elect-touched';
    const clock = new ManualClock();
    const { leads, terms } = candidate(t, { name, identity: 'a', clock });
    await until(leads);
    const { lease } = await store.read(name);
    const annotations = { touched: 'yes' };
    await store.write(name, { ...foreign('a', new Date(0)), annotations }, lease);
    for (const advance of [1, 2]) {
      await until(() => clock.pending.includes(retryPeriodMs));
      clock.advance(retryPeriodMs);
      t.ok(leads(), `after ${advance} tries`);
    }
    while (!(await specOf(name))?.renewTime?.startsWith('2026'));
    t.equal(terms.length, 1);
  });

  await t.test('a deleted Lease is made anew', async (t) => {
    const name = 'elect-deleted';
    const clock = new ManualClock();
    const { leads } = candidate(t, { name, identity: 'a', clock });
    await until(leads);
    const connection = new ApiConnection(loadKubeConfig(process.env['KUBECONFIG']));
    t.teardown(() => connection.close());
    const path = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${name}`;
    await connection.request({ method: 'DELETE', path });
    while ((await specOf(name))?.holderIdentity !== 'a') {
      if (clock.pending.includes(retryPeriodMs)) clock.advance(retryPeriodMs);
    }
    t.ok(leads());
  });

  await t.test(
    'after a stop of the process no write is made, before any timer fires',
    async (t) => {
      const clock = new ManualClock();
      let stoppedMs = 0;
      const afterStop = {
        now: () => clock.now(),
        monotonicMs: () => clock.monotonicMs() + stoppedMs,
        schedule: (delayMs: number, callback: () => void) => clock.schedule(delayMs, callback),
      };
      const { leads, terms } = candidate(t, {
        name: 'elect-stop',
        identity: 'a',
        clock: afterStop,
      });
      await until(leads);
      terms[0]?.throwIfLost();
      stoppedMs = renewDeadlineMs;
      t.throws(() => terms[0]?.throwIfLost(), { name: 'LeadershipLost' });
      t.notOk(leads());
      await until(() => terms.length === 2);
      t.ok(leads(), 'and leads anew, as nobody else has taken the Lease');
    },
  );

  await t.test('a leader cut off from the API server stops after 10 s, and follows', async (t) => {
    const name = 'elect-cut-off';
    const proxy = await proxied(t);
    const clock = new ManualClock();
    const { leads, terms } = candidate(t, {
      name,
      identity: 'a',
      clock,
      store: connected(t, proxy.kubeconfig),
    });
    await until(leads);
    await until(() => clock.pending.includes(retryPeriodMs));
    proxy.cut();
    for (let waited = 0; waited < renewDeadlineMs; waited += retryPeriodMs) {
      t.ok(leads(), `${waited} ms`);
      clock.advance(retryPeriodMs);
      await until(() => clock.pending.includes(retryPeriodMs));
    }
    t.notOk(leads());
    t.ok(terms[0]?.signal.reason instanceof LeadershipLost);
    const other = candidate(t, { name, identity: 'b' });
    proxy.restore();
    clock.advance(retryPeriodMs);
    await until(leads);
    t.equal(other.terms.length, 0);
  });

  await t.test('an error of the work of the leader ends it all, and releases', async (t) => {
    const name = 'elect-error';
    const ended = runLeaderElection({
      leases: store,
      name,
      identity: 'a',
      timing: DEFAULT_ELECTION_TIMING,
      clock: new ManualClock(),
      random: () => 0,
      logger: createLogger('test', 'silent'),
      signal: new AbortController().signal,
      lead: () => Promise.reject(new Error('broken')),
    });
    await t.rejects(ended, { message: 'broken' });
    t.match(await specOf(name), { holderIdentity: '' });
  });
});

/** A way to the API server that can be cut. */
async function proxied(t: Test) {
  const text = readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8');
  const target = new URL(/server: (\S+)/.exec(text)?.[1] ?? '');
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname);
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        inner.destroy();
        outer.destroy();
      });
    }
    if (isCut) inner.destroy();
    else inner.pipe(outer).pipe(inner);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  t.teardown(() => {
    cut();
    server.close();
  });
  const kubeconfig = text.replace(target.origin, `https://127.0.0.1:${port}`);
  const restore = () => {
    isCut = false;
  };
  return { kubeconfig: join(t.testdir({ kubeconfig }), 'kubeconfig'), cut, restore };
}
