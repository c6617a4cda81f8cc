import { setMaxListeners } from 'node:events';
import { PROBE_TIMEOUT_MS } from '@mailprovider/health/schedule';
import { withDeadline } from '@mailprovider/process';
import { createAddressPolicy, openSession, systemResolver } from '@mailprovider/smtp';
import { assist } from '../measure/assist.ts';
import { repeat } from '../measure/repeat.ts';
import { type ProbeTask, portsInTurn, probeTaskSchema } from './probe-task.ts';

const stop = new AbortController();
// Each running probe listens.
setMaxListeners(0, stop.signal);
const resolver = systemResolver();
const addressPolicy = createAddressPolicy({ allowLoopback: true });

/** One probe, as health does it. */
async function probe({ authorityPem, credentials }: ProbeTask, port: number): Promise<void> {
  const target = {
    host: '127.0.0.1',
    port,
    tlsMode: 'starttls',
    serverName: '127.0.0.1',
    certificateAuthority: authorityPem,
    verifyCertificate: true,
  } as const;
  await withDeadline(stop.signal, PROBE_TIMEOUT_MS, async (signal) => {
    const deps = { signal, resolver, addressPolicy, monotonicMs: () => performance.now() };
    const session = await openSession(target, credentials, deps);
    await session.quit();
  });
}

assist((message) => {
  const task = probeTaskSchema.parse(message);
  const nextPort = portsInTurn(task);
  return repeat(() => probe(task, nextPort()), task);
});
