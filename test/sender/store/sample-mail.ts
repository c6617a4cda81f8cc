import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import { v7 as uuidv7 } from 'uuid';

/** A mail as it is when it was accepted. */
export function sampleMail(changes: Partial<MailRecord> = {}): MailRecord {
  const id = uuidv7();
  const acceptedAt = Date.now();
  return {
    id,
    messageId: `<${id}@mail.example.com>`,
    provider: 'corporate',
    state: 'queued',
    recipients: [{ address: 'jörg@example.com', outcome: 'pending' }],
    acceptedAt,
    queuedAt: acceptedAt,
    dueAt: acceptedAt,
    attempts: 0,
    dataStarted: false,
    uncertainAttempts: 0,
    size: 1_400,
    smtpUtf8: false,
    revision: 0,
    ...changes,
  };
}

/** A content of that many bytes, all byte values among them. */
export function sampleContent(bytes = 1_400): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => index % 256);
}

/** A content of 1440 bytes that belongs to that mail and to no other. */
export function contentOf(id: string): Uint8Array {
  return Buffer.from(id.repeat(40));
}
