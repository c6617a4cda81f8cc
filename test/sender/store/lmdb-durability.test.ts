import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { MailStore } from '@mailprovider/sender/store/mail-store';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import { execa } from 'execa';
import t from 'tap';
import { contentOf } from './sample-mail.ts';
import { canTrace, traceWrites } from './system-calls.ts';

const writingProcess = join(import.meta.dirname, 'writing-process.js');
const failingDiskProcess = join(import.meta.dirname, 'failing-disk-process.js');

const ROUNDS = 30;

t.test('whatever was acknowledged is there after kill -9', async (t) => {
  const folder = join(t.testdir(), 'data');
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = acknowledged.size;
    await writeUntilKilled(folder, acknowledged);
    const store = await openLmdbStore(folder);
    for (const [id, last] of [...acknowledged].slice(before)) {
      const loss = await lossOf(store, id, last);
      if (loss !== undefined) t.fail(`${last} ${id} in round ${round}: ${loss}`);
    }
    await store.close();
  }
  t.ok(acknowledged.size > ROUNDS, `${acknowledged.size} mails`);
  const store = await openLmdbStore(folder);
  t.teardown(() => store.close());
  for (const [id, last] of acknowledged) t.equal(await lossOf(store, id, last), undefined);
});

/** Runs a process that writes, kills it at some moment, and notes what it said last of each mail. */
async function writeUntilKilled(folder: string, acknowledged: Map<string, string>): Promise<void> {
  const writers = execa('node', [writingProcess, folder, '8', '1000000'], {
    reject: false,
    buffer: false,
  });
  const lines = createInterface({ input: writers.stdout });
  const closed = once(lines, 'close');
  lines.on('line', (line) => {
    const [step, id] = line.split(' ');
    if (step && id?.length === 36) acknowledged.set(id, step);
  });
  await once(lines, 'line');
  await delay(randomInt(150));
  writers.kill('SIGKILL');
  await Promise.all([writers, closed]);
}

/** What is lost of a mail whose last acknowledged step is known; the next step may be there too. */
async function lossOf(store: MailStore, id: string, last: string): Promise<string | undefined> {
  const mail = await store.find(id);
  const content = await store.content(id);
  if (!mail) return 'the mail';
  if (last !== 'insert' && mail.attempts !== 1) return 'the attempt';
  if (last === 'sent' && mail.state !== 'sent') return 'the state';
  if ((mail.state === 'sent') !== (content === undefined)) return 'the step as a whole';
  if (content && !Buffer.from(contentOf(id)).equals(content)) return 'the content';
  const repetition = await store.findByKey({ key: id, digest: 'd' });
  return repetition?.kind === 'repeated' ? undefined : 'the key';
}

const skip = (await canTrace()) ? false : 'strace is missing or may not watch processes here';

t.test('nothing is acknowledged before the disk has it', { skip }, async (t) => {
  const folder = join(t.testdir(), 'data');
  const trace = join(t.testdirName, 'trace');
  const calls = await traceWrites(trace, [writingProcess, folder, '1', '4']);
  const ofData = calls.filter((call) => call.includes('mails.mdb') || call.startsWith('write(1<'));
  const header = headerDescriptor(ofData);
  const steps = ofData.map((call) => stepOf(call, header)).join('');
  const acknowledgements = 10;
  // Pages, their sync, and the header that makes them count, through a descriptor that syncs.
  t.match(steps, new RegExp(`(p+sha){${acknowledgements}}$`), steps);
});

for (const [failure, injection, fault] of [
  ['a disk that cannot sync', 'fdatasync:error=EIO:when=5+', 'StoreUnavailable'],
  ['a disk that cannot write', 'pwrite64:error=EIO:when=20+', 'StoreUnavailable'],
  ['a disk without room', 'writev:error=ENOSPC:when=5+', 'StoreFull'],
] as const) {
  t.test(`${failure} loses nothing that was acknowledged`, { skip }, async (t) => {
    const folder = join(t.testdir(), 'data');
    const { stored, faults, isWorking } = await writeWhileDiskFails(folder, injection);
    t.equal(faults[0], fault);
    t.equal(isWorking, fault === 'StoreFull', 'and only a restart helps');
    t.ok(faults.length >= 4, 'calls are answered after a failure');
    const store = await openLmdbStore(folder);
    t.teardown(() => store.close());
    for (const id of stored) t.ok(await store.content(id));
    const { mails } = await store.list('queued', { limit: 1_000 });
    t.equal(mails.length, stored.length);
  });
}

async function writeWhileDiskFails(
  folder: string,
  injection: string,
): Promise<{ stored: string[]; faults: string[]; isWorking: boolean }> {
  const strace = ['-f', '-o', '/dev/null', '-e', `inject=${injection}`];
  const { stdout } = await execa('strace', [...strace, 'node', failingDiskProcess, folder]);
  return JSON.parse(stdout);
}

/** The descriptor of the data file that syncs each write of it. */
function headerDescriptor(calls: readonly string[]): string {
  const open = calls.findLast((call) => /O_DSYNC/.test(call));
  return /= (\d+)</.exec(open ?? '')?.[1] ?? 'none';
}

/** A letter for a call that ended well: page, sync, header, acknowledgement. */
function stepOf(call: string, header: string): string {
  if (call.startsWith('write(1<')) return 'a';
  if (call.startsWith(`pwrite64(${header}<`)) return 'h';
  if (/^p?write(64|v)\(.* = \d+$/.test(call)) return 'p';
  return /^(fdatasync|fsync)\(.* = 0$/.test(call) ? 's' : '';
}
