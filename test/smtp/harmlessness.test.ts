import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { failureOf, failureWith, open, SHORT_DEADLINE_MS } from './probe.ts';
import {
  answerAll,
  flood,
  greetAndOffer,
  hear,
  say,
  scriptedPeer,
  trickle,
} from './scripted-peer.ts';
import { MailServer } from './transaction/mail-server.ts';
import { converse, mailTo } from './transaction/sending.ts';

/** A busy machine holds the loop up for 0.3 s by itself; a flood that is queued does so for seconds. */
const LONGEST_HOLD_NS = 1e9;

/** What this process holds open; the servers of the tests are listening handles, not sockets. */
function active(resource: 'TCPSocketWrap' | 'Timeout'): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === resource).length;
}

t.test('floods end at once, keep the event loop free and the memory flat', async (t) => {
  const heapBefore = process.memoryUsage().arrayBuffers;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  for (const text of ['\r\n', '250 ok\r\n', '220-more\r\n', 'a']) {
    const peer = await scriptedPeer(t, [flood(text)]);
    const failure = await failureWith(t, peer);
    t.match(failure, { reason: 'ProtocolError', permanent: false });
  }
  delay.disable();
  t.ok(delay.max < LONGEST_HOLD_NS, `the event loop was held up for ${delay.max / 1e6} ms at most`);
  t.ok(process.memoryUsage().arrayBuffers - heapBefore < 32e6);
});

t.test('many bad servers at once leave no socket open', async (t) => {
  const peers = await Promise.all([
    ...Array.from({ length: 10 }, () => scriptedPeer(t, [])),
    ...Array.from({ length: 10 }, () => scriptedPeer(t, [trickle('220-a')])),
    ...Array.from({ length: 3 }, () => scriptedPeer(t, [flood('220-a\r\n')])),
    ...Array.from({ length: 10 }, () => scriptedPeer(t, [say('220 hi\r\n'), answerAll('5')])),
    ...Array.from({ length: 10 }, () => scriptedPeer(t, greetAndOffer())),
  ]);
  await Promise.all(
    peers.map(({ port }) =>
      failureOf(t, { target: { port, tlsMode: 'starttls' }, deadlineMs: SHORT_DEADLINE_MS }),
    ),
  );
  for (const peer of peers) t.equal(await peer.ended(), 1);
  // What is destroyed in one turn of the event loop is closed by the end of the next.
  for (let turn = 0; turn < 2; turn++) await setImmediate();
  t.equal(active('TCPSocketWrap'), 0);
});

t.test('a session that delivered leaves no timer, whoever ends it', async (t) => {
  for (const endsIt of ['client', 'server']) {
    const before = active('Timeout');
    const { session, peer } = await converse(
      t,
      ['PIPELINING'],
      [
        async (wire) => {
          await new MailServer({ at: 'between mails', steps: [], means: 'end' }).converse(wire);
          if (endsIt === 'server') wire.socket.end();
        },
      ],
    );
    await session.send(mailTo(1));
    if (endsIt === 'client') session.close();
    await peer.ended();
    t.equal(active('Timeout'), before, endsIt);
  }
});

t.test('QUIT leaves no timer, answered or not', async (t) => {
  for (const steps of [[hear('QUIT'), say('221 bye\r\n')], []]) {
    const peer = await scriptedPeer(t, [...greetAndOffer(), ...steps]);
    const session = await open({ target: { port: peer.port } });
    const before = active('Timeout');
    await session.quit();
    t.equal(active('Timeout'), before);
  }
});
