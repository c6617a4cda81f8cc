import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { localSpec } from '../sender/engine/local-spec.ts';
import { receivingServer } from '../sender/engine/receiving-server.ts';
import { type SenderUnderTest, senderUnderTest } from '../sender/engine/sender-under-test.ts';

t.setTimeout(200_000);

const MAILS_A_SECOND = 200;
const SECONDS = 5;

/** From submission to the end of a mail by `quick`, in milliseconds, under a steady load; 99 of 100 take no longer. */
async function p99({ accept, recorder }: SenderUnderTest): Promise<number> {
  const begins = new Map<string, number>();
  const first = recorder.ends.length;
  const accepting: Promise<void>[] = [];
  for await (const _ of every(1_000 / MAILS_A_SECOND)) {
    const begin = performance.now();
    accepting.push(accept({ provider: 'quick' }).then(({ id }) => void begins.set(id, begin)));
    if (accepting.length === MAILS_A_SECOND * SECONDS) break;
  }
  await Promise.all(accepting);
  await recorder.hasEnds(first + accepting.length);
  const took = recorder.ends
    .map(({ id }, index) => (recorder.endedAt[index] ?? 0) - (begins.get(id) ?? Number.NaN))
    .filter((ms) => !Number.isNaN(ms))
    .toSorted((one, other) => one - other);
  return took[Math.floor(took.length * 0.99)] ?? Number.NaN;
}

/** Where it can be, in memory: a disk that syncs for a tenth of a second now and then would be what is measured. */
async function folderInMemory(t: Test): Promise<string> {
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = await mkdtemp(join(parent, 'slow-provider-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

t.test('a provider that takes 10 s a mail delays no mail of another', async (t) => {
  const quick = await receivingServer(t);
  const slow = await receivingServer(t);
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const under = await senderUnderTest(t, {
      folder: await folderInMemory(t),
      settings: { graceMs: 1 },
    });
    under.declared.provider('quick', localSpec(quick.port));
    under.declared.provider('slow', localSpec(slow.port, { default: false }));
    slow.slowMs = 10_000;
    slow.answer = (line) => (line === '.' ? 'slow' : undefined);
    await p99(under);
    alone.push(await p99(under));
    for (let index = 0; index < 200; index += 1) await under.accept({ provider: 'slow' });
    beside.push(await p99(under));
    await under.close();
  }
  const [before, after] = [median(alone), median(beside)];
  const allowed = Math.max(before * 1.2, before + 20);
  t.ok(after <= allowed, `p99 ${before.toFixed(1)} ms alone, ${after.toFixed(1)} ms beside it`);
});
