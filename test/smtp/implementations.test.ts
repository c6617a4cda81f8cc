import t, { type Test } from 'tap';
import { aiosmtpd } from './aiosmtpd.ts';
import { endingOf, MODES, type Mode } from './behaviour.ts';
import { Authority } from './certificates.ts';
import type { Ports } from './implementation.ts';
import { postfix } from './postfix.ts';
import { type Attempt, CREDENTIALS, failureOf, open } from './probe.ts';

const authority = new Authority();
const stranger = new Authority('Stranger');
const identity = authority.issue({ names: ['mail.example'] });

/** A session in a mode, with the server that was started for it. */
function attempt(ports: Ports, tlsMode: Mode, target: Partial<Attempt['target']> = {}): Attempt {
  return {
    target: { certificateAuthority: authority.cert, tlsMode, port: ports[tlsMode], ...target },
    // A busy machine takes its time to start the process that serves a connection.
    deadlineMs: 20_000,
  };
}

/** How the attempt fails, as the tables of behaviours write it. */
async function ending(t: Test, attempted: Attempt): Promise<string> {
  const failure = await failureOf(t, attempted);
  return failure === undefined ? 'open' : endingOf(failure);
}

for (const { name, missing, start } of [aiosmtpd, postfix]) {
  t.test(`with ${name}`, { skip: missing }, async (t) => {
    const ports = await start(t, identity);

    for (const mode of MODES) {
      await t.test(`${mode}: opens a session without credentials, and quits`, async (t) => {
        const session = await open(attempt(ports, mode));
        t.ok(session.extensions.has('SIZE'));
        t.equal(session.tls?.verified, mode === 'none' ? undefined : true);
        await session.quit();
      });

      await t.test(`${mode}: a right password is accepted, a wrong one 535`, async (t) => {
        const session = await open({ ...attempt(ports, mode), credentials: CREDENTIALS });
        const offered = session.extensions.get('AUTH');
        t.ok(offered?.includes(mode === 'implicit' ? 'LOGIN' : 'PLAIN'));
        t.equal(offered?.includes('PLAIN'), mode !== 'implicit');
        await session.quit();
        const credentials = { ...CREDENTIALS, password: 'wrong' };
        const end = await ending(t, { ...attempt(ports, mode), credentials });
        t.equal(end, 'auth AuthenticationFailed 535 permanent');
      });
    }

    for (const [mode, stage] of [
      ['starttls', 'starttls'],
      ['implicit', 'tls'],
    ] as const) {
      await t.test(`${mode}: a certificate that does not fit is not accepted`, async (t) => {
        const renamed = attempt(ports, mode, { serverName: 'other.example' });
        t.equal(await ending(t, renamed), `${stage} CertificateNameMismatch permanent`);
        const unknown = attempt(ports, mode, { certificateAuthority: stranger.cert });
        t.equal(await ending(t, unknown), `${stage} CertificateNotTrusted permanent`);
      });
    }

    await t.test('STARTTLS where it is not offered is missed', async (t) => {
      const missed = attempt(ports, 'starttls', { port: ports.none });
      t.equal(await ending(t, missed), 'starttls StartTlsNotOffered permanent');
    });

    await t.test('TLS on a port that speaks plain text ends at once', async (t) => {
      const confused = attempt(ports, 'implicit', { port: ports.none });
      t.equal(await ending(t, confused), 'tls TlsHandshakeFailed');
    });
  });
}
