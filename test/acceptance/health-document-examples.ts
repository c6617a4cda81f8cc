import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { execa } from 'execa';
import { withRealOutput } from './health-document.ts';
import { providerOf, type SharedCluster, secretOf } from './shared-cluster.ts';

const ROOT = join(import.meta.dirname, '../../..');
export const HEALTH_DOCUMENT = join(ROOT, 'docs/health.md');

/** A provider that the document shows, and the reason that it comes to. */
interface Example {
  readonly name: string;
  readonly reason: string;
  readonly data: Readonly<Record<string, string>>;
  readonly smtp?: object;
}

const examples = ({ password, certificateAuthority }: SharedCluster): readonly Example[] => [
  {
    name: 'mail-in-order',
    reason: 'HealthCheckPassed',
    data: { password },
    // As people paste it.
    smtp: { certificateAuthority: certificateAuthority.replaceAll('\r', '') },
  },
  {
    name: 'mail-wrong-password',
    reason: 'AuthenticationFailed',
    data: { password: 'wrong' },
  },
  {
    name: 'mail-untrusted-server',
    reason: 'CertificateNotTrusted',
    data: { password },
    smtp: { certificateAuthority: '' },
  },
  { name: 'mail-missing-key', reason: 'SecretKeyMissing', data: { 'smtp-password': password } },
];

/** Creates a provider and its Secret, and waits for the Event of its reason. */
async function create(cluster: SharedCluster, { name, reason, data, smtp }: Example) {
  const { kubectl } = cluster;
  await kubectl(['apply', '-f', '-'], secretOf(name, data));
  await kubectl(['apply', '-f', '-'], providerOf(cluster, name, smtp));
  const selector = `--field-selector=involvedObject.name=${name},reason=${reason}`;
  const events = ['get', 'events', '-n', 'default', selector, '-o', 'name'];
  while ((await kubectl(events)).stdout === '') await setImmediate();
}

/** The document as it is, and with what its commands print in the shared cluster. */
export async function realHealthDocument(
  cluster: SharedCluster,
): Promise<{ readonly written: string; readonly real: string }> {
  const written = await readFile(HEALTH_DOCUMENT, 'utf8');
  const shown = examples(cluster);
  const objects = shown.flatMap(({ name }) => [`mailprovider/${name}`, `secret/${name}`]);
  try {
    await Promise.all(shown.map((example) => create(cluster, example)));
    const run = async (command: string) =>
      (await execa('bash', ['-c', command], { cwd: ROOT, reject: false })).stdout;
    return { written, real: await withRealOutput(written, run) };
  } finally {
    await cluster.kubectl(['delete', ...objects]);
  }
}
