import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { createAuthority } from '@mailprovider/pki';
import type { Test } from 'tap';
import { z } from 'zod';

const MAIN = join(import.meta.dirname, '../../../packages/webhook/dist/main.js');
const servingSchema = z.object({ msg: z.literal('serving'), server: z.string(), url: z.string() });
const now = new Date();

// Its API server refuses every connection.
const KUBECONFIG = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'none', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'none', user: { token: 'none' } }],
  contexts: [{ name: 'none', context: { cluster: 'none', user: 'none' } }],
  'current-context': 'none',
});

/**
 * Where 2 GiB are allowed, V8 lets garbage pile up to several times of what is in use before it
 * collects it; so a limit is set wherever the process runs. It collects in threads of its own, which
 * a busy machine starves; in one thread its size tells what it keeps and nothing else.
 */
const MEMORY_FLAGS = ['--max-old-space-size=512', '--single-threaded-gc'];

/** Starts the webhook process where there is no API server, with the URLs of its servers. */
export async function startWebhookProcess(t: Test, flags: readonly string[] = []) {
  const { certificatePem, keyPem } = createAuthority({ commonName: 'test', validDays: 1, now });
  const files = { 'tls.crt': certificatePem, 'tls.key': keyPem, kubeconfig: KUBECONFIG };
  const folder = t.testdir(files);
  const args = [
    ...MEMORY_FLAGS,
    MAIN,
    ...['--kubeconfig', join(folder, 'kubeconfig')],
    ...['--tls-cert-file', join(folder, 'tls.crt')],
    ...['--tls-private-key-file', join(folder, 'tls.key')],
    ...['--bind-address', '127.0.0.1', '--secure-port', '0'],
    ...['--metrics-bind-address', '127.0.0.1:0'],
    ...flags,
  ];
  // The test runner instruments every Node process that it sees start, and makes it twice as large.
  const child = spawn('env', ['-i', process.execPath, ...args]);
  t.teardown(() => child.kill('SIGKILL'));
  const urls = new Map<string, string>();
  for await (const line of createInterface(child.stdout)) {
    const serving = servingSchema.safeParse(JSON.parse(line));
    if (serving.success) urls.set(serving.data.server, serving.data.url);
    if (urls.size === 2) break;
  }
  // A full pipe would stop the process.
  child.stdout.resume();
  child.stderr.resume();
  return { child, url: urls.get('webhook') ?? '', operationsUrl: urls.get('operations') ?? '' };
}

/** Resident size of a process in MiB, as Linux counts it. */
export async function residentMiB(pid: number | undefined): Promise<number> {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}
