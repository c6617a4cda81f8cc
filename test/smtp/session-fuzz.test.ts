import { randomInt } from 'node:crypto';
import { inspect } from 'node:util';
import { SESSION_REASONS, STAGES } from '@mailprovider/provider/reasons';
import { SmtpError } from '@mailprovider/smtp';
import fc from 'fast-check';
import t from 'tap';
import { Authority } from './certificates.ts';
import { type FuzzedServer, fuzzedServer, SERVER_WORDS, stepsOf } from './fuzzed-server.ts';
import { CREDENTIALS, open } from './probe.ts';
import { scriptedPeer } from './scripted-peer.ts';

const SERVERS = 600;
/** Many sessions end by the deadline only, as server and client wait for each other. */
const DEADLINE_MS = 250;
const TOGETHER = 50;

const authority = new Authority();
const identity = authority.issue({ names: ['mail.example'] });

/** Opens a session; returns the stage it failed in, or `open`, or what is wrong with the error. */
async function ending(server: FuzzedServer): Promise<string> {
  const { port } = await scriptedPeer(t, stepsOf(server, identity));
  const target = { port, tlsMode: server.tlsMode, certificateAuthority: authority.cert };
  return open({ target, credentials: CREDENTIALS, deadlineMs: DEADLINE_MS }).then(
    (session) => {
      session.close();
      return 'open';
    },
    (error: unknown) => stageTold(error),
  );
}

function stageTold(error: unknown): string {
  const everything = inspect(error, { depth: 10, showHidden: true });
  if (!(error instanceof SmtpError)) return `another error: ${everything}`;
  const { stage, reason, permanent, code = 250 } = error.failure;
  const inRange = Number.isInteger(code) && code >= 200 && code <= 599;
  if (!SESSION_REASONS.includes(reason) || typeof permanent !== 'boolean' || !inRange) {
    return `another failure: ${everything}`;
  }
  const tooMuch = SERVER_WORDS.some((word) => everything.includes(word));
  return tooMuch ? `words of the server: ${everything}` : stage;
}

t.test('any server ends in a session or an SmtpError without its words', async (t) => {
  const seed = randomInt(2 ** 31);
  const servers = fc.sample(fuzzedServer, { numRuns: SERVERS, seed });
  const endings = new Map<string, FuzzedServer>();
  for (let start = 0; start < SERVERS; start += TOGETHER) {
    const some = servers.slice(start, start + TOGETHER);
    const ends = await Promise.all(some.map(ending));
    for (const [i, server] of some.entries()) endings.set(ends[i] ?? '', server);
  }
  for (const [end, server] of endings) {
    const known = end === 'open' || STAGES.some((stage) => stage === end);
    t.ok(known, `told: ${end}`, { seed, server });
  }
  for (const end of ['greeting', 'ehlo', 'starttls', 'auth', 'open']) {
    t.ok(endings.has(end), `some end as ${end}`);
  }
});
