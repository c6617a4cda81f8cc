import { decodeMailProvider, type MailProvider } from '@mailprovider/provider/mail-provider';
import { z } from 'zod';
import { FROM } from './message.ts';

/** A provider that the sender of a benchmark knows, with its password as it knows it. */
export const benchProviderSchema = z.object({
  name: z.string(),
  /** Of its server on 127.0.0.1. */
  port: z.int(),
  /** How many mails it delivers at once. */
  connections: z.int(),
  /** With it, over STARTTLS and after AUTH. */
  login: z
    .object({ authorityPem: z.string(), username: z.string(), password: z.string() })
    .optional(),
});
export type BenchProvider = z.output<typeof benchProviderSchema>;

/** The most that the schema allows: a load of a few thousand mails is accepted at once. */
const QUEUE_SIZE = 10_000;
const PASSWORD_KEY = 'password';

function smtpOf({ name, port, connections, login }: BenchProvider) {
  // One of a provider's connections is that of its health check.
  const server = { host: '127.0.0.1', port, maxConnections: connections + 1 };
  if (login === undefined) return { ...server, tlsMode: 'none' };
  const { authorityPem: certificateAuthority, username } = login;
  const passwordRef = { name, key: PASSWORD_KEY };
  return { ...server, tlsMode: 'starttls', certificateAuthority, username, passwordRef };
}

/** The provider as the API server would have it. */
export function mailProviderOf(provider: BenchProvider): MailProvider {
  const spec = {
    smtp: smtpOf(provider),
    sender: { address: FROM, name: 'Sender' },
    retry: { queueSize: QUEUE_SIZE },
  };
  const stored = decodeMailProvider({ metadata: { name: provider.name, generation: 1 }, spec });
  if (stored === undefined) throw new Error(`provider ${provider.name} has no name`);
  return stored;
}

/** The data of its Secret, which has the provider's name. */
export function secretDataOf({ login }: BenchProvider): Readonly<Record<string, string>> {
  return { [PASSWORD_KEY]: Buffer.from(login?.password ?? '').toString('base64') };
}
