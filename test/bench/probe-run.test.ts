import process from 'node:process';
import { Interruption } from '@mailprovider/cluster/interruption';
import t from 'tap';
import { loadConfig } from '#bench/probe/config';
import { run } from '#bench/probe/run';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';

const FLAGS = ['--providers', '4', '--silent', '25', '--rounds', '1', '--seconds', '1', '--json'];
const config = loadConfig(['node', 'bench:probe', ...FLAGS], process.env);

t.test('the benchmark of probes, with few of them', { skip: WITHOUT_PROGRAMS }, async (t) => {
  await t.test('measures, and prints the figures as JSON in the last line', async (t) => {
    const printed: string[] = [];
    const steps: string[] = [];
    const exitCode = await run(config, {
      print: (text) => printed.push(text),
      progress: (step) => steps.push(step),
      interrupted: new AbortController().signal,
    });
    t.equal(exitCode, 0, steps.join('\n'));
    const figures = JSON.parse(printed.at(-1)?.split('\n').at(-1) ?? '');
    t.match(figures, { openSocketsAtEnd: 0, sequential: { probesPerSecond: Number } });
    t.ok(figures.secondsToAllConditions > 10, 'the silent one takes as long as a probe may');
    t.ok(figures.probesPerSecond > 0);
  });

  await t.test('ends what it started when it is interrupted', async (t) => {
    const interruption = new AbortController();
    const printed: string[] = [];
    const exitCode = await run(config, {
      print: (text) => printed.push(text),
      progress(step) {
        if (step.startsWith('starting webhook')) interruption.abort(new Interruption('SIGINT'));
      },
      interrupted: interruption.signal,
    });
    t.equal(exitCode, 130);
    t.strictSame(printed, []);
  });
});
