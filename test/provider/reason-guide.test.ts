import { PROVIDER_REPLIES } from '@mailprovider/provider/reason-guide/provider-replies';
import {
  SESSION_REASON_GUIDE,
  stagesOf,
} from '@mailprovider/provider/reason-guide/session-reasons';
import { SESSION_REASONS, type SessionReason, STAGES } from '@mailprovider/provider/reasons';
import { isPermanent, SessionFault } from '@mailprovider/smtp/failure';
import t from 'tap';
import { CREDENTIALS, failureWith } from '../smtp/probe.ts';
import { answerAll, greetAndOffer, hear, say, scriptedPeer } from '../smtp/scripted-peer.ts';

t.test('each reason can stand in stages, named in their order', async (t) => {
  for (const reason of SESSION_REASONS) {
    const stages = stagesOf(reason);
    t.ok(stages.length > 0, reason);
    t.strictSame(
      stages,
      STAGES.filter((stage) => stages.includes(stage)),
      reason,
    );
  }
});

/** The replies that a reason can come with; none where it comes without. */
const REPLIES: Readonly<Record<SessionReason, readonly (number | undefined)[]>> = {
  HostNotFound: [undefined],
  DnsFailed: [undefined],
  AddressNotAllowed: [undefined],
  ConnectionRefused: [undefined],
  ConnectionClosed: [undefined],
  HostUnreachable: [undefined],
  Timeout: [undefined],
  GreetingRejected: [450, 554],
  EhloRejected: [450, 550],
  ProtocolError: [undefined, 250, 354],
  StartTlsNotOffered: [undefined],
  StartTlsRefused: [454, 501],
  TlsHandshakeFailed: [undefined],
  CertificateExpired: [undefined],
  CertificateNotYetValid: [undefined],
  CertificateNotTrusted: [undefined],
  CertificateNameMismatch: [undefined],
  AuthNotOffered: [undefined],
  AuthMechanismUnsupported: [undefined, 504],
  AuthenticationFailed: [535, 550],
  AuthMethodDisabled: [432, 534, 535],
  AuthThrottled: [432, 454],
  ServiceUnavailable: [421, 451],
};

t.test('the guide and the session agree on what passes by itself', async (t) => {
  for (const reason of SESSION_REASONS) {
    const { passes } = SESSION_REASON_GUIDE[reason];
    for (const code of REPLIES[reason]) {
      const lasts = passes === 'after-4yz' ? (code ?? 0) >= 500 : passes === 'no';
      t.equal(isPermanent(new SessionFault(reason, code)), lasts, `${reason} (reply ${code})`);
    }
  }
});

for (const { provider, code, enhancedStatus, reason } of PROVIDER_REPLIES) {
  t.test(`${provider} means ${reason} by ${code} ${enhancedStatus}`, async (t) => {
    const peer = await scriptedPeer(t, [
      ...greetAndOffer('AUTH PLAIN'),
      hear('AUTH'),
      say(`${code} ${enhancedStatus} the words of a server\r\n`),
      answerAll('221 bye\r\n'),
    ]);
    const failure = await failureWith(t, peer, { credentials: CREDENTIALS });
    t.match(failure, { stage: 'auth', reason, code });
    t.ok(failure && stagesOf(failure.reason).includes(failure.stage));
  });
}
