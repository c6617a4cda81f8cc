import process from 'node:process';
import t from 'tap';
import { loadConfig } from '#bench/send/config';
import { run } from '#bench/send/run';
import { WITHOUT_NATS } from '../nats/nats-under-test.ts';

t.setTimeout(100_000);

const FLAGS = ['--engine', 'nats', '--replicas', '2', '--mails', '200', '--rtt', '5'];

t.test(
  'measures few mails on NATS, and prints the figures as JSON in the last line',
  { skip: WITHOUT_NATS },
  async (t) => {
    const flags = loadConfig(['node', 'bench:send', ...FLAGS, '--rounds', '1', '--json']);
    const printed: string[] = [];
    const steps: string[] = [];
    const exitCode = await run(
      { ...flags, seconds: 0.2 },
      {
        print: (text) => printed.push(text),
        progress: (step) => steps.push(step),
        interrupted: new AbortController().signal,
      },
    );
    t.equal(exitCode, 0, steps.join('\n'));
    const measured = {
      acceptedPerSecond: Number,
      endToEndPerSecond: Number,
      p50Ms: Number,
      p99Ms: Number,
      rssMiB: process.platform === 'linux' ? Number : null,
    };
    t.match(JSON.parse(printed.at(-1) ?? ''), {
      engine: 'nats',
      ...measured,
      syncAlways: measured,
      distant: { onePerSecond: Number, replicas: 2, replicasPerSecond: Number },
      ratios: { replicas: Number },
    });
  },
);
