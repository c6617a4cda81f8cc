import t from 'tap';
import { localSpec } from './local-spec.ts';
import { receivingServer } from './receiving-server.ts';
import { senderUnderTest } from './sender-under-test.ts';

const MAILS = 200;

t.test(
  'a server that allows two sessions is given all mails over two, without a retry',
  async (t) => {
    const server = await receivingServer(t);
    server.answer = (line) =>
      line === 'connect' && server.seen.open > 2 ? '421 4.7.0 too many connections' : undefined;
    const { accept, recorder, declared } = await senderUnderTest(t);
    declared.provider('first', localSpec(server.port, { smtp: { maxConnections: 21 } }));
    await Promise.all(Array.from({ length: MAILS }, () => accept()));
    await recorder.hasEnds(MAILS);
    t.equal(server.received.length, MAILS);
    const attempts = recorder.ends.map((mail) => mail.attempts);
    t.same(new Set(attempts), new Set([1]));
    t.ok(server.seen.connections < 40, `${server.seen.connections} connections`);
  },
);
