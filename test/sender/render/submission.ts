import type { Submission } from '@mailprovider/sender/mail/submission';

/** A submission of nothing but what is given. */
export function submissionOf(fields: Partial<Submission>): Submission {
  return {
    to: [],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: '',
    headers: [],
    attachments: [],
    ...fields,
  };
}

export const IDENTITY = {
  messageId: '<0199aa5e-3c1c-7d3a-9b6e-2f1c5a7d9e10@example.com>',
  date: new Date('2026-01-02T03:04:05Z'),
};
