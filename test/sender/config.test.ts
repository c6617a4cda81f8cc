import { join } from 'node:path';
import process from 'node:process';
import { DEFAULT_SETTINGS } from '@mailprovider/sender';
import { loadConfig } from '@mailprovider/sender/config';
import { execa } from 'execa';
import t from 'tap';

const PROGRAM = join(import.meta.dirname, '../../../packages/sender/bin/mailprovider-sender.js');

const run = (...flags: string[]) =>
  execa(process.execPath, [PROGRAM, ...flags], { reject: false, all: true });

const load = (...flags: string[]) => loadConfig(['node', 'mailprovider-sender', ...flags]);

t.test(
  'without flags, the submit API listens on loopback, and settings are the defaults',
  async (t) => {
    const { bindAddress, tokenFile, settings, limits } = load();
    t.strictSame(bindAddress, { host: '127.0.0.1', port: 8025 });
    t.equal(tokenFile, undefined);
    t.strictSame(settings, DEFAULT_SETTINGS);
    t.match(limits, { recipients: 100, contentBytes: 10 * 1024 * 1024 });
  },
);

t.test('flags of deliveries become settings', async (t) => {
  const { settings, limits, retention, store } = load(
    ...['--slow-retries=false', '--slow-retry-max-age', '2h'],
    ...['--uncertain-retries', '0', '--shutdown-grace-period', '3s'],
    ...['--sent-retention', '1m', '--dead-letter-retention', '1h'],
    ...['--max-recipients', '2', '--max-message-bytes', '1000', '--data-max-bytes', '100000000'],
  );
  t.match(settings, {
    retry: { slow: false, maxAgeMs: 7_200_000 },
    uncertainRetries: 0,
    graceMs: 3_000,
  });
  t.same(retention, { sentRetentionMs: 60_000, deadLetterRetentionMs: 3_600_000 });
  t.match(limits, { recipients: 2, contentBytes: 1000 });
  t.match(store, { engine: 'lmdb', dataMaxBytes: 100_000_000 });
});

t.test('the flags of NATS become a store', async (t) => {
  const servers = 'nats://a:4222, tls://user:p%40ss@b:4222,[::1]:4222';
  const { store } = load('--engine', 'nats', '--nats-servers', servers, '--nats-ack-wait', '5s');
  t.match(store, {
    engine: 'nats',
    nats: {
      servers: ['nats://a:4222', 'tls://user:p%40ss@b:4222', '[::1]:4222'],
      replicas: 3,
      ackWaitMs: 5_000,
    },
  });
});

t.test('flags of an engine that contradict each other end the process', async (t) => {
  const { exitCode, all } = await run('--nats-servers', 'nats://user:hidden@a:4222');
  t.equal(exitCode, 1);
  t.equal(all, 'error: --nats-servers is for --engine=nats; set that, or leave it out');
});

t.test('a time without a sign of life is not too short to give one', async (t) => {
  const { exitCode, all } = await run('--engine', 'nats', '--nats-ack-wait', '0');
  t.equal(exitCode, 1);
  t.match(all, /--nats-ack-wait .* must be 1s or more/);
});

t.test('a limit below which no mail would be taken is refused', async (t) => {
  const { exitCode, all } = await run('--data-max-bytes', '1000000');
  t.equal(exitCode, 1);
  t.match(all, /--data-max-bytes .* must be more than 16777216, which are kept free/);
});
