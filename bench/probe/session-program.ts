import { setMaxListeners } from 'node:events';
import { PROBE_TIMEOUT_MS } from '@mailprovider/health/schedule';
import { withDeadline } from '@mailprovider/process';
import { createAddressPolicy, openSession, systemResolver } from '@mailprovider/smtp';
import { z } from 'zod';
import { assist } from './assist.ts';
import { repeat } from './repeat.ts';

const taskSchema = z.object({
  ports: z.tuple([z.int()], z.int()),
  authorityPem: z.string(),
  credentials: z.object({ username: z.string(), password: z.string() }),
  concurrency: z.int(),
  seconds: z.number(),
});
type Task = z.output<typeof taskSchema>;

const stop = new AbortController();
// Each running probe listens.
setMaxListeners(0, stop.signal);
const resolver = systemResolver();
const addressPolicy = createAddressPolicy({ allowLoopback: true });

/** One probe, as health does it. */
async function probe({ authorityPem, credentials }: Task, port: number): Promise<void> {
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
  const task = taskSchema.parse(message);
  let next = 0;
  return repeat(() => {
    next = (next + 1) % task.ports.length;
    return probe(task, task.ports[next] ?? task.ports[0]);
  }, task);
});
