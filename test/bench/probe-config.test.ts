import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import t from 'tap';
import { loadConfig } from '#bench/probe/config';

const MAIN = join(import.meta.dirname, '../../../bench/dist/probe/main.js');

function configOf(...flags: readonly string[]) {
  return loadConfig(['node', 'bench:probe', ...flags], {});
}

t.test('measures 1,000 providers, a tenth of them silent, unless told otherwise', async (t) => {
  t.match(configOf(), { providers: 1000, silent: 10, json: false });
  const flags = ['--providers', '20', '--silent', '0', '--rounds', '1', '--seconds', '2', '--json'];
  const config = { providers: 20, silent: 0, rounds: 1, seconds: 2, json: true };
  t.match(configOf(...flags), config);
  t.match(configOf('--silent', '100'), { silent: 100 });
});

t.test('refuses what makes no sense, and says why', async (t) => {
  const refusals = [
    [['--providers', '0'], /--providers.*whole number from 1/],
    [['--silent', '101'], /--silent.*whole number from 0 to 100/],
    [['--seconds', '0.5'], /--seconds.*whole number from 1/],
    [['1000'], /too many arguments/],
  ] as const;
  const judge = async (flags: readonly string[], why: RegExp) => {
    const options = { reject: false };
    const { exitCode, stderr, stdout } = await execa(process.execPath, [MAIN, ...flags], options);
    t.match({ exitCode, stderr, stdout }, { exitCode: 1, stderr: why, stdout: '' });
  };
  await Promise.all(refusals.map(([flags, why]) => judge(flags, why)));
});
