import type { PeerCertificate } from 'node:tls';
import { certificateFacts } from '@mailprovider/smtp/certificate-facts';
import t from 'tap';

/** A certificate as Node hands it over, as far as it is read. */
function certificate(fields: object): PeerCertificate {
  const usual = {
    subject: { CN: 'mail.example' },
    issuer: { CN: 'authority' },
    subjectaltname: 'DNS:mail.example',
    valid_from: 'Jan  1 00:00:00 2026 GMT',
    valid_to: 'Dec 31 23:59:59 9999 GMT',
    fingerprint256: 'AA:BB',
  };
  return { ...usual, ...fields } as unknown as PeerCertificate;
}

t.test('names are read from the text form that Node gives them', async (t) => {
  const subjectaltname =
    'DNS:a.example, IP Address:192.0.2.1, URI:"http://x, DNS:no.example", email:a@b, DNS:"odd, \\"one\\"", IP Address:2001:DB8:0:0:0:0:0:1';
  const facts = certificateFacts(certificate({ subjectaltname }));
  t.same(facts?.names, ['a.example', '192.0.2.1', 'odd, "one"', '2001:DB8:0:0:0:0:0:1']);
});

t.test('subject and issuer are one line of printable characters', async (t) => {
  const subject = { O: ['One', 'T\u0007w\u202eo'], CN: 'a\r\n\u2028b\u001b[31m\ud800' };
  const facts = certificateFacts(certificate({ subject, issuer: undefined }));
  t.equal(facts?.subject, 'O=One, O=Two, CN=ab[31m');
  t.equal(facts?.issuer, '');
});

t.test('what a server puts in its certificate is told up to a limit', async (t) => {
  const facts = certificateFacts(
    certificate({
      subject: { CN: 'x'.repeat(100_000) },
      subjectaltname: Array.from({ length: 5_000 }, (_, i) => `DNS:${i}.example`).join(', '),
    }),
  );
  t.equal(facts?.subject.length, 256);
  t.equal(facts?.names.length, 100);
  const endless = `DNS:"${'\\'.repeat(100_000)}`;
  t.same(certificateFacts(certificate({ subjectaltname: endless }))?.names, []);
});

t.test('no certificate, or one with unreadable dates, has no facts', async (t) => {
  t.equal(certificateFacts({} as unknown as PeerCertificate), undefined);
  t.equal(certificateFacts(certificate({ valid_to: 'Bad time value' })), undefined);
  t.equal(certificateFacts(certificate({ valid_from: '' })), undefined);
});
