import type { SmtpSession } from '@mailprovider/smtp';
import t, { type Test } from 'tap';
import { MailServer, settle } from './mail-server.ts';
import { ROWS, type Row } from './misbehaviours.ts';
import { converse, mailTo, PATIENCE, sent } from './sending.ts';

/** For a step that is not to be answered: what other steps take then does not matter. */
const SHORT_LIMIT_MS = 300;
/** More than the buffers of a connection over the loopback take. */
const LONG_CONTENT = Buffer.alloc(72 * 350_000, `${'x'.repeat(70)}\r\n`);

interface Observed {
  readonly results: readonly string[];
  readonly timesDataStarted: number;
  readonly usable: boolean;
}

function expected({ at, concerns, result, usable }: Row, recipients: number): Observed {
  const others = concerns === 'last' ? recipients - 1 : 0;
  const results = Array.from({ length: recipients }, (_, i) => (i < others ? 'delivered' : result));
  const asked = at === 'body' || at === 'final' || results.includes('delivered');
  return { results, timesDataStarted: asked ? 1 : 0, usable };
}

async function observed(
  t: Test,
  row: Row,
  recipients: number,
  extensions: readonly string[],
): Promise<Observed> {
  const server = new MailServer(row, recipients);
  const limits =
    row.waitsAt === undefined ? PATIENCE : { ...PATIENCE, [row.waitsAt]: SHORT_LIMIT_MS };
  const { peer, session } = await converse(t, extensions, [server.converse], limits);
  const waits = row.waitsAt !== undefined || row.means !== 'end';
  if (row.at === 'between mails') {
    const first = await sent(session, mailTo(recipients));
    t.ok(first.every((result) => result === 'delivered'));
    if (!waits) await peer.ended();
    await settle();
  }
  let timesDataStarted = 0;
  const results = await sent(session, {
    ...mailTo(recipients),
    ...(row.waitsAt === 'block' ? { content: [LONG_CONTENT] } : {}),
    dataStarted: async () => {
      timesDataStarted++;
      // What the server does within the content is to come before the final dot.
      if (row.at !== 'body' || waits) return;
      await peer.ended();
      await settle();
    },
  });
  const { usable } = session;
  if (usable) await requireNextTaken(t, session, server, recipients);
  if (usable) session.close();
  t.equal(await peer.ended(), 1, 'the connection ends');
  return { results, timesDataStarted, usable };
}

/** Sees to it that the session and the server agree on where they stand. */
async function requireNextTaken(
  t: Test,
  session: SmtpSession,
  server: MailServer,
  recipients: number,
): Promise<void> {
  const before = server.accepted.length;
  const results = await sent(session, mailTo(recipients));
  t.ok(
    results.every((result) => result === 'delivered'),
    'the next message is taken',
  );
  t.equal(server.accepted.length, before + 1, 'once');
}

for (const recipients of [1, 2, 20]) {
  for (const extensions of [[], ['PIPELINING']]) {
    const how = extensions.length === 0 ? 'one command at a time' : 'with PIPELINING';
    t.test(`each fault at each step, ${how}, for ${recipients} recipients`, async (t) => {
      await Promise.all(
        ROWS.map(async (row) => {
          const seen = await observed(t, row, recipients, extensions);
          t.strictSame(seen, expected(row, recipients), `at ${row.at} the server ${row.does}`);
        }),
      );
    });
  }
}
