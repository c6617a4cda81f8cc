import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import t from 'tap';
import { loadConfig } from '#bench/send/config';

const MAIN = join(import.meta.dirname, '../../../bench/dist/send/main.js');

function configOf(...flags: readonly string[]) {
  return loadConfig(['node', 'bench:send', ...flags], {});
}

t.test('measures 20,000 mails and a round trip of 20 ms unless told otherwise', async (t) => {
  t.match(configOf(), { mails: 20_000, rtt: 20, postfix: true, json: false });
  const flags = ['--mails', '1000000', '--rtt', '5', '--rounds', '1', '--seconds', '2'];
  const config = { mails: 1_000_000, rtt: 5, rounds: 1, seconds: 2, postfix: false, json: true };
  t.match(configOf(...flags, '--no-postfix', '--json'), config);
});

t.test('measures senders on LMDB unless told otherwise', async (t) => {
  t.match(configOf(), { engine: 'lmdb', replicas: 3 });
  t.match(configOf('--engine', 'nats', '--replicas', '2'), { engine: 'nats', replicas: 2 });
});

t.test('refuses what makes no sense, and says why', async (t) => {
  const refusals = [
    [['--mails', '0'], /--mails.*whole number from 1/],
    [['--rtt', '0'], /--rtt.*whole number from 1 to 1000/],
    [['--rtt', '1001'], /--rtt.*whole number from 1 to 1000/],
    [['--rounds', 'few'], /--rounds.*whole number from 1/],
    [['--engine', 'disk'], /--engine.*lmdb, nats/],
    [['--replicas', '0'], /--replicas.*whole number from 1/],
    [['200'], /too many arguments/],
  ] as const;
  const judge = async (flags: readonly string[], why: RegExp) => {
    const options = { reject: false };
    const { exitCode, stderr, stdout } = await execa(process.execPath, [MAIN, ...flags], options);
    t.match({ exitCode, stderr, stdout }, { exitCode: 1, stderr: why, stdout: '' });
  };
  await Promise.all(refusals.map(([flags, why]) => judge(flags, why)));
});
