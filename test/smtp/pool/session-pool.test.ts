import { setImmediate } from 'node:timers/promises';
import { PoolClosedError, SmtpError } from '@mailprovider/smtp';
import t from 'tap';
import { open } from '../probe.ts';
import { close, hear, reset, type Step, say, scriptedPeer } from '../scripted-peer.ts';
import { MailServer, settle } from '../transaction/mail-server.ts';
import { mailTo, sent } from '../transaction/sending.ts';
import { eachConnection, poolTo } from './pools.ts';

const takesMail = () => eachConnection(() => new MailServer().converse);
const takesOneAndThen = (...steps: readonly Step[]) =>
  eachConnection((connection) => {
    const once = { at: 'between mails', steps, means: 'end' } as const;
    return new MailServer(connection === 1 ? once : undefined).converse;
  });

/** A promise, and how to resolve it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

t.test('a session is kept for the next message', async (t) => {
  const { pool, peer } = await poolTo(t, [takesMail()]);
  t.strictSame([pool.size, pool.idle], [0, 0]);
  for (let i = 0; i < 5; i++) t.strictSame(await sent(pool, mailTo(1)), ['delivered']);
  t.strictSame([pool.size, pool.idle], [1, 1]);
  t.equal(peer.connections(), 1);
  await pool.close();
  t.strictSame([pool.size, pool.idle], [0, 0]);
  t.equal(await peer.ended(), 1);
  t.match(peer.received(), /QUIT\r\n$/);
});

t.test('there are no more sessions than allowed; who waits is served in order', async (t) => {
  const { pool, peer } = await poolTo(t, [takesMail()]);
  const hold = gate();
  const order: number[] = [];
  let together = 0;
  const sending = Array.from({ length: 12 }, async (_, i) => {
    const dataStarted = async () => {
      order.push(i);
      together = Math.max(together, order.length);
      if (i < 2) await hold.opened;
    };
    t.strictSame(await sent(pool, mailTo(1, { dataStarted })), ['delivered']);
  });
  while (order.length < 2) await setImmediate();
  await settle();
  t.strictSame([order, pool.size, pool.idle], [[0, 1], 2, 0]);
  hold.open();
  await Promise.all(sending);
  t.strictSame(
    order,
    order.toSorted((a, b) => a - b),
  );
  t.equal(peer.connections(), 2);
});

t.test('a kept session that ended is replaced, whatever ended it', async (t) => {
  for (const steps of [
    [close],
    [settle, reset],
    [say('421 bye\r\n'), close],
    [say('421 bye\r\n')],
  ]) {
    const { pool, peer } = await poolTo(t, [takesOneAndThen(...steps)]);
    t.strictSame(await sent(pool, mailTo(1)), ['delivered']);
    t.strictSame(await sent(pool, mailTo(1)), ['delivered'], 'at once');
    t.equal(peer.connections(), 2);
    await pool.close();
  }
});

t.test('a session that ends at MAIL is replaced where it was kept, and then once', async (t) => {
  for (const end of [[close], [say('421 bye\r\n')]]) {
    const ends = [hear('MAIL'), ...end];
    const { pool, peer } = await poolTo(t, [
      eachConnection((connection) => async (wire) => {
        const server = new MailServer({ at: 'between mails', steps: ends, means: 'end' });
        if (connection === 1) await server.converse(wire);
        else for (const step of ends) await step(wire);
      }),
    ]);
    t.strictSame(await sent(pool, mailTo(1)), ['delivered']);
    const [result] = await sent(pool, mailTo(1));
    t.match(result, /^deferred mail (ConnectionClosed|ServiceUnavailable 421)$/);
    t.equal(peer.connections(), 2, 'the kept one, and one that was opened for the message');
    t.equal(pool.size, 0);
  }
});

t.test('a session that ended later in a message is not replaced', async (t) => {
  const ends = [hear('RCPT'), say('250 a\r\n'), close];
  const { pool, peer } = await poolTo(t, [takesOneAndThen(...ends)]);
  t.strictSame(await sent(pool, mailTo(1)), ['delivered']);
  t.strictSame(await sent(pool, mailTo(1)), ['deferred rcpt ConnectionClosed']);
  t.equal(peer.connections(), 1);
});

t.test('a session ends after so many messages', async (t) => {
  const { pool, peer } = await poolTo(t, [takesMail()], { maxMessages: 3, maxConnections: 1 });
  for (let i = 0; i < 7; i++) t.strictSame(await sent(pool, mailTo(1)), ['delivered']);
  t.equal(peer.connections(), 3);
  t.equal(peer.received().split('QUIT').length - 1, 2);
});

t.test('sessions at rest end after the idle timeout, those in use do not', async (t) => {
  let nowMs = 0;
  let due: { readonly atMs: number; readonly call: () => void } | undefined;
  const clock = {
    monotonicMs: () => nowMs,
    schedule: (delayMs: number, call: () => void) => {
      due = { atMs: nowMs + delayMs, call };
      return () => {
        due = undefined;
      };
    },
  };
  const passTo = (ms: number) => {
    nowMs = ms;
    const { atMs = Number.POSITIVE_INFINITY, call } = due ?? {};
    if (atMs > nowMs) return;
    due = undefined;
    call?.();
  };
  const { pool, peer } = await poolTo(t, [takesMail()], { clock, idleTimeoutMs: 1_000 });
  const hold = gate();
  const held = pool.send(mailTo(1, { dataStarted: () => hold.opened }));
  await pool.send(mailTo(1));
  passTo(400);
  hold.open();
  await held;
  t.strictSame([pool.size, pool.idle], [2, 2]);
  passTo(999);
  t.equal(pool.idle, 2);
  passTo(1_000);
  t.equal(pool.idle, 1, 'that which came to rest first');
  passTo(1_400);
  t.equal(pool.idle, 0);
  t.equal(await peer.ended(), 2);
  while (pool.size > 0) await setImmediate();
  t.equal(due, undefined, 'no timer is left');
});

t.test('who could not open a session is told, and the next one tries', async (t) => {
  let opened = 0;
  const { pool } = await poolTo(t, [say('')], {
    maxConnections: 1,
    open: (signal) => {
      opened++;
      return open({ target: { port: 1 }, signal });
    },
  });
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => pool.send(mailTo(1))));
  for (const outcome of outcomes) {
    t.match(outcome, { status: 'rejected', reason: { failure: { reason: 'ConnectionRefused' } } });
    t.type(outcome.status === 'rejected' && outcome.reason, SmtpError);
  }
  t.strictSame([opened, pool.size], [3, 0]);
});

t.test('a message that cannot be said, or must not end, leaves its place', async (t) => {
  const { pool, peer } = await poolTo(t, [takesMail()], { maxConnections: 1 });
  await t.rejects(pool.send(mailTo(['a b@mail.example'])), TypeError);
  t.strictSame([pool.size, pool.idle], [1, 1]);
  const full = new Error('no room');
  await t.rejects(pool.send(mailTo(1, { dataStarted: () => Promise.reject(full) })), full);
  t.strictSame([pool.size, pool.idle], [0, 0]);
  t.strictSame(await sent(pool, mailTo(1)), ['delivered']);
  t.equal(peer.connections(), 2);
});

t.test('closing lets messages under way end, and turns away who waits', async (t) => {
  const { pool, peer } = await poolTo(t, [takesMail()]);
  const started = [gate(), gate()] as const;
  const hold = gate();
  const [held, other] = started.map(({ open }) => {
    const dataStarted = () => {
      open();
      return hold.opened;
    };
    return pool.send(mailTo(1, { dataStarted }));
  });
  const waiting = pool.send(mailTo(1));
  await Promise.all(started.map(({ opened }) => opened));
  let closed = false;
  const turnedAway = t.rejects(waiting, PoolClosedError);
  const closing = pool.close().then(() => {
    closed = true;
  });
  await turnedAway;
  await t.rejects(pool.send(mailTo(1)), PoolClosedError);
  await settle();
  t.notOk(closed);
  hold.open();
  t.strictSame(await held, [{ outcome: 'delivered' }]);
  t.strictSame(await other, [{ outcome: 'delivered' }]);
  await Promise.all([closing, pool.close()]);
  t.equal(pool.size, 0);
  t.equal(await peer.ended(), 2);
  t.equal(peer.received().split('QUIT').length - 1, 2);
});

t.test('closing turns away who opens a session, whatever comes of that', async (t) => {
  const hold = gate();
  const silent = await scriptedPeer(t, []);
  const opens = ['opened', 'refused', 'silent'] as const;
  for (const what of opens) {
    const { pool, peer } = await poolTo(t, [takesMail()], {
      open: async (signal) => {
        if (what === 'silent') return open({ target: { port: silent.port }, signal });
        await hold.opened;
        return open({ target: { port: what === 'opened' ? peer.port : 1 } });
      },
    });
    const turnedAway = t.rejects(pool.send(mailTo(1)), PoolClosedError, what);
    const closed = pool.close();
    hold.open();
    await Promise.all([turnedAway, closed]);
    t.equal(pool.size, 0);
    await peer.ended();
  }
});

t.test('aborting ends everything at once', async (t) => {
  const { pool, peer } = await poolTo(t, [
    eachConnection((connection) =>
      connection === 1
        ? new MailServer({ at: 'final', steps: [], means: 'end' }).converse
        : say(''),
    ),
  ]);
  const started = gate();
  const hanging = sent(
    pool,
    mailTo(1, {
      dataStarted: async () => started.open(),
    }),
  );
  await started.opened;
  await settle();
  const { pool: silent, peer: mute } = await poolTo(t, [], {
    open: (signal) => open({ target: { port: peer.port, tlsMode: 'implicit' }, signal }),
    maxConnections: 1,
  });
  const opening = silent.send(mailTo(1));
  const waiting = silent.send(mailTo(1));
  for (const it of [pool, silent]) it.abort();
  t.strictSame(await hanging, ['uncertain final ConnectionClosed']);
  await t.rejects(opening, PoolClosedError);
  await t.rejects(waiting, PoolClosedError);
  await Promise.all([pool.close(), silent.close()]);
  t.strictSame([pool.size, silent.size, mute.connections()], [0, 0, 0]);
  await peer.ended();
});
