import { ok } from 'node:assert/strict';
import { inspect } from 'node:util';
import { SESSION_REASONS, STAGES } from '@mailprovider/provider/reasons';
import { SmtpError } from '@mailprovider/smtp';
import fc from 'fast-check';
import t from 'tap';
import { Authority } from './certificates.ts';
import { type FuzzedServer, fuzzedServer, SERVER_WORDS } from './fuzzed-server.ts';
import { CREDENTIALS, open } from './probe.ts';
import { scriptedPeer } from './scripted-peer.ts';

/** Where server and client wait for each other, this ends it. */
const DEADLINE_MS = 250;
/** How many sessions there are at a time, as many end by the deadline only. */
const TOGETHER = 50;

const authority = new Authority();
const servers = fuzzedServer(authority.issue({ names: ['mail.example'] }));

/** How a session with such a server ends; fails on an error that is not one, or that tells too much. */
async function endingWith(server: FuzzedServer): Promise<string> {
  const { port } = await scriptedPeer(t, server.steps);
  const target = { port, tlsMode: server.tlsMode, certificateAuthority: authority.cert };
  try {
    const session = await open({ target, credentials: CREDENTIALS, deadlineMs: DEADLINE_MS });
    session.close();
    return 'open';
  } catch (error) {
    if (!(error instanceof SmtpError)) throw error;
    const { stage, reason, permanent, code = 250 } = error.failure;
    ok(STAGES.includes(stage) && SESSION_REASONS.includes(reason));
    ok(typeof permanent === 'boolean' && code >= 200 && code <= 599);
    const everything = inspect(error, { depth: 10, showHidden: true });
    for (const word of SERVER_WORDS) ok(!everything.includes(word));
    return stage;
  }
}

t.test(
  'whatever a server says, a session opens or fails as SmtpError without its words',
  async (t) => {
    const endings = new Set<string>();
    const property = fc.asyncProperty(
      fc.array(servers, { minLength: TOGETHER, maxLength: TOGETHER }),
      async (together) => {
        for (const ending of await Promise.all(together.map(endingWith))) endings.add(ending);
      },
    );
    await t.resolves(fc.assert(property, { numRuns: 12 }));
    for (const ending of ['greeting', 'ehlo', 'starttls', 'auth', 'open']) {
      t.ok(endings.has(ending), `some end as ${ending}`);
    }
  },
);
