import { readdir } from 'node:fs/promises';
import process from 'node:process';
import { Interruption } from '@mailprovider/cluster/interruption';
import t from 'tap';
import { diskFolder } from '#bench/measure/disk-folder';
import { loadConfig } from '#bench/send/config';
import { run } from '#bench/send/run';

const FLAGS = ['--mails', '200', '--rtt', '5', '--rounds', '1', '--no-postfix', '--json'];
const flags = loadConfig(['node', 'bench:send', ...FLAGS], process.env);
const config = { ...flags, seconds: 0.2 };

async function leftovers(): Promise<readonly string[]> {
  const names = await readdir(await diskFolder());
  return names.filter((name) => /^mailprovider-(bench|postfix)-/.test(name));
}

t.test('ends what it started when it is interrupted', async (t) => {
  const before = await leftovers();
  const interruption = new AbortController();
  const printed: string[] = [];
  const exitCode = await run(config, {
    print: (text) => printed.push(text),
    progress: () => interruption.abort(new Interruption('SIGINT')),
    interrupted: interruption.signal,
  });
  t.equal(exitCode, 130);
  t.strictSame(printed, []);
  t.strictSame(await leftovers(), before);
});

t.test('measures few mails, and prints the figures as JSON in the last line', async (t) => {
  const printed: string[] = [];
  const steps: string[] = [];
  const exitCode = await run(config, {
    print: (text) => printed.push(text),
    progress: (step) => steps.push(step),
    interrupted: new AbortController().signal,
  });
  t.equal(exitCode, 0, steps.join('\n'));
  const figures = JSON.parse(printed.at(-1) ?? '');
  t.match(figures, {
    acceptedPerSecond: Number,
    endToEndPerSecond: Number,
    deliveryPerSecondPerCore: Number,
    p50Ms: Number,
    p99Ms: Number,
    rssMiB: process.platform === 'linux' ? Number : null,
    postfix: null,
    pool: { perSecond: Number },
    dialPerMail: { perSecond: Number },
  });
  t.ok(figures.p50Ms <= figures.p99Ms);
  t.ok(figures.acceptedPerSecond >= figures.endToEndPerSecond);
  t.match(printed[0], /^Postfix: not measured, as it is left out$/m);
});
