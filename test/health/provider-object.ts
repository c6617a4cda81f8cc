import { decodeMailProvider, type MailProvider } from '@mailprovider/provider/mail-provider';

interface ProviderFields {
  readonly uid?: string;
  readonly generation?: number;
  readonly createdAt?: string;
  readonly spec?: object;
  readonly status?: MailProvider['status'];
}

/** A provider as the API server tells of it. */
export function providerObject(name: string, fields: ProviderFields = {}): MailProvider {
  const { uid = `uid-${name}`, generation = 1, spec = {}, status } = fields;
  const creationTimestamp = fields.createdAt ?? '2026-01-01T00:00:00Z';
  const metadata = { name, uid, generation, creationTimestamp };
  const decoded = decodeMailProvider({ metadata, spec, status });
  if (decoded === undefined) throw new Error('no provider');
  return decoded;
}
