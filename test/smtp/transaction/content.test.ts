import { setImmediate, setTimeout } from 'node:timers/promises';
import t from 'tap';
import { close, hear, hearBytes, type Step, say } from '../scripted-peer.ts';
import { MailServer, settle } from './mail-server.ts';
import { converse, mailTo, PATIENCE, sent, written } from './sending.ts';

const PIPELINED = ['PIPELINING'];
const ASKS: readonly Step[] = [
  ...[hear('MAIL'), say('250 a\r\n'), hear('RCPT'), say('250 b\r\n'), hear('DATA')],
  say('354 c\r\n'),
];

t.test('the final dot waits for dataStarted', async (t) => {
  let contentHeard = (): void => undefined;
  const whenHeard = new Promise<void>((resolve) => {
    contentHeard = resolve;
  });
  const end = [hear('AND AN END'), () => contentHeard(), hear('.'), say('250 d\r\n')];
  const { session, peer } = await converse(t, PIPELINED, [...ASKS, ...end]);
  let mark = (): void => undefined;
  const marked = new Promise<void>((resolve) => {
    mark = resolve;
  });
  const sending = session.send(mailTo(1, { dataStarted: () => marked }));
  await whenHeard;
  await settle();
  t.ok(peer.received().endsWith('and an end\r\n'), 'the content does not wait');
  t.notOk(session.usable);
  await t.rejects(session.send(mailTo(1)), { message: 'a transaction is under way already' });
  mark();
  t.strictSame((await sending).map(written), ['delivered']);
});

t.test('the beginning of a reply before the final dot keeps it back', async (t) => {
  let begun = (): void => undefined;
  const whenBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const begins = [hear('AND AN END'), say('25'), () => begun()];
  const { session, peer } = await converse(t, PIPELINED, [...ASKS, ...begins]);
  const dataStarted = async () => {
    await whenBegun;
    await settle();
  };
  t.strictSame(await sent(session, mailTo(1, { dataStarted })), ['deferred data ProtocolError']);
  await peer.ended();
  t.ok(peer.received().endsWith('and an end\r\n'));
});

t.test('without dataStarted there is no message', async (t) => {
  const failure = new Error('no room');
  for (const dataStarted of [
    () => Promise.reject(failure),
    () => {
      throw failure;
    },
  ]) {
    const server = new MailServer();
    const { session, peer } = await converse(t, PIPELINED, [server.converse]);
    await t.rejects(session.send(mailTo(1, { dataStarted })), failure);
    t.notOk(session.usable);
    await peer.ended();
    t.notMatch(peer.received(), /^\.\r$/m);
    t.strictSame(server.accepted, []);
  }
});

t.test('what dataStarted says counts also when the connection has ended meanwhile', async (t) => {
  const failure = new Error('no room');
  const { session, peer } = await converse(t, PIPELINED, [...ASKS, close]);
  const dataStarted = async () => {
    await peer.ended();
    throw failure;
  };
  await t.rejects(session.send(mailTo(1, { dataStarted })), failure);
});

t.test('the content arrives as it was given, in any pieces', async (t) => {
  const text = `Subject: x\r\n\r\n${`${'0123456789'.repeat(7)}\r\n`.repeat(20_000)}`;
  const whole = Buffer.from(text);
  const cuts = [0, 1, 1, 300_000, 300_001, 900_000, whole.length];
  const pieces = cuts.slice(1).map((end, i) => whole.subarray(cuts[i], end));
  const server = new MailServer();
  const { session } = await converse(t, PIPELINED, [server.converse]);
  t.strictSame(await sent(session, mailTo(1, { content: pieces })), ['delivered']);
  t.ok(server.accepted[0] === text, 'the same bytes');
  t.strictSame(await sent(session, mailTo(1, { content: [] })), ['delivered']);
  t.equal(server.accepted[1], '');
});

t.test('a server that reads slowly is waited for as long as it reads', async (t) => {
  const blockMs = 300;
  const content = Buffer.alloc(72 * 350_000, `${'x'.repeat(70)}\r\n`);
  let tail = '';
  /** Reads for so short and rests for so long that the whole takes several times the limit of a block. */
  const readsSlowly: Step = async ({ socket }) => {
    socket.removeAllListeners('data').on('data', (bytes: Buffer) => {
      tail = `${tail}${bytes.toString('latin1', Math.max(0, bytes.length - 5))}`.slice(-5);
      socket.pause();
      void setTimeout(1).then(() => socket.resume());
    });
    while (tail !== '\r\n.\r\n' && !socket.destroyed) await setImmediate();
  };
  const started = performance.now();
  const { session } = await converse(
    t,
    PIPELINED,
    [...ASKS, hearBytes, readsSlowly, say('250 d\r\n')],
    { ...PATIENCE, block: blockMs },
  );
  t.strictSame(await sent(session, mailTo(1, { content: [content] })), ['delivered']);
  t.ok(performance.now() - started > 1.5 * blockMs, 'the whole took longer than one block may');
});

t.test('a limit counts from the reply before', async (t) => {
  const limitMs = 400;
  const recipients = 6;
  const reply: readonly Step[] = [() => setTimeout(limitMs / 4), say('250 to\r\n')];
  const { session } = await converse(
    t,
    PIPELINED,
    [
      ...[hear('MAIL'), say('250 a\r\n'), ...Array<readonly Step[]>(recipients).fill(reply).flat()],
      ...[hear('DATA'), say('354 c\r\n'), hear('.'), say('250 d\r\n')],
    ],
    { ...PATIENCE, rcpt: limitMs },
  );
  const results = await sent(session, mailTo(recipients));
  t.ok(
    results.every((result) => result === 'delivered'),
    'six replies within 400 ms each, though 600 ms in all',
  );
});
