import { decodeSubmission } from '@mailprovider/sender/mail/decode-submission';
import { envelopeRecipients } from '@mailprovider/sender/mail/envelope-recipients';
import { DEFAULT_SUBMISSION_LIMITS } from '@mailprovider/sender/mail/submission-limits';
import t from 'tap';

function recipientsOf(input: object): readonly string[] {
  const decoded = decodeSubmission({ subject: 'x', ...input }, DEFAULT_SUBMISSION_LIMITS);
  return decoded.kind === 'decoded' ? envelopeRecipients(decoded.submission) : [];
}

t.test('names each mailbox once, as it was written first', async (t) => {
  const recipients = recipientsOf({
    to: ['a@example.com', 'A@example.com'],
    cc: ['a@EXAMPLE.com', 'b@münchen.de'],
    bcc: ['b@xn--mnchen-3ya.de', 'c@example.com', { address: 'a@example.com', name: 'A' }],
    replyTo: 'd@example.com',
  });
  t.strictSame(recipients, ['a@example.com', 'A@example.com', 'b@münchen.de', 'c@example.com']);
});
