import { type Mailbox, startMailbox } from '@mailprovider/mailbox';
import { createAuthority } from '@mailprovider/pki';

/** The development mailbox takes this pair; the examples name it. */
export const MAILBOX_CREDENTIALS = { username: 'developer', password: 'development' } as const;

export interface MailboxPorts {
  readonly smtpPort: number;
  readonly smtpsPort: number;
}

const HOST = '127.0.0.1';
const VALID_DAYS = 30;

/** Starts the mailbox with a certificate of its own, made anew each time. */
export async function startDevelopmentMailbox(ports: MailboxPorts, now: Date): Promise<Mailbox> {
  const authority = createAuthority({
    commonName: 'MailProvider development mailbox',
    validDays: VALID_DAYS,
    now,
  });
  return startMailbox({
    host: HOST,
    ...ports,
    httpPort: 0,
    certificate: authority.issue({
      commonName: 'localhost',
      dnsNames: ['localhost'],
      addresses: [HOST],
      usages: ['server'],
      validDays: VALID_DAYS,
      now,
    }),
    credentials: MAILBOX_CREDENTIALS,
  });
}
