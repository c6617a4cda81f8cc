import { randomInt } from 'node:crypto';
import { type Credentials, type Mailbox, startMailbox } from '@mailprovider/mailbox';
import { createAuthority, type Validity } from '@mailprovider/pki';
import { HOST } from './control-plane-flags.ts';

const USERNAME = 'mailer';
const PASSWORD_LENGTH = 20;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The SMTP server that everything of the cluster can send to. */
export interface Sink {
  readonly host: string;
  readonly mailbox: Mailbox;
  readonly credentials: Credentials;
  /** The authority of its certificate, one that nothing else in the cluster trusts. */
  readonly authorityPem: string;
}

/** 20 characters A-Z a-z 0-9, all equally likely. */
export function randomPassword(): string {
  return Array.from({ length: PASSWORD_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(
    '',
  );
}

/** Starts the sink on free ports; its certificate covers 127.0.0.1, ::1 and localhost. */
export async function startSink(validity: Validity): Promise<Sink> {
  const authority = createAuthority({ commonName: 'sink authority', ...validity });
  const certificate = authority.issue({
    commonName: 'sink',
    dnsNames: ['localhost'],
    addresses: [HOST, '::1'],
    usages: ['server'],
    ...validity,
  });
  const credentials = { username: USERNAME, password: randomPassword() };
  const mailbox = await startMailbox({
    host: HOST,
    smtpPort: 0,
    smtpsPort: 0,
    httpPort: 0,
    certificate,
    credentials,
  });
  return { host: HOST, mailbox, credentials, authorityPem: authority.certificatePem };
}
