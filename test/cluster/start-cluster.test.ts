import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { defaultProcesses, type ProcessSpec, startCluster } from '@mailprovider/cluster';
import t, { type Test } from 'tap';
import { requiredPrograms, WITHOUT_PROGRAMS } from './control-plane.ts';

t.setTimeout(120_000);

async function standIn(t: Test, name: string, source: string): Promise<ProcessSpec> {
  const script = join(t.testdir(), 'main.mjs');
  await writeFile(script, source);
  const serviceAccount = 'mailprovider-health';
  return { name, serviceAccount, script, servers: ['operations'], flags: () => [] };
}

t.test(
  'a process that does not start is named with its log',
  { skip: WITHOUT_PROGRAMS },
  async (t) => {
    const broken = await standIn(t, 'sender', 'console.error("no such queue"); process.exit(4);');
    const starting = startCluster({
      programs: requiredPrograms(),
      environment: process.env,
      processes: [...defaultProcesses(), broken],
      progress: () => undefined,
      signal: new AbortController().signal,
    });
    await t.rejects(starting, { message: /^sender ended with exit code 4;.*\n {2}no such queue$/ });
  },
);
