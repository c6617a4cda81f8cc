import type { SecretVersion, WatchHandlers } from '@mailprovider/kube';
import { Watches } from '@mailprovider/kube/cache/watches';
import { createLogger } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import t from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';
import { providerObject } from '../../health/provider-object.ts';

const HEAD_START_MS = 3_000;

/** Watches of an API server that tells what the test says. */
function startedWatches() {
  const clock = new ManualClock();
  const told: {
    providers?: WatchHandlers<MailProvider>;
    secrets?: WatchHandlers<SecretVersion>;
  } = {};
  const unused = () => Promise.reject(new Error('not asked for'));
  const watches = new Watches({
    providers: {
      list: unused,
      applyStatus: unused,
      async watch(handlers) {
        told.providers = handlers;
      },
    },
    secrets: {
      read: unused,
      list: () => Promise.reject(new Error('not read here')),
      async watch(handlers) {
        told.secrets = handlers;
      },
    },
    claims: { read: unused, write: unused, async watch() {} },
    clock,
    logger: createLogger('test', 'silent'),
    syncPeriodMs: 600_000,
    observer: () => ({ heard() {}, failed() {} }),
    signal: new AbortController().signal,
  });
  void watches.start();
  const changed: string[] = [];
  watches.secretChanges.on('changed', (name) => changed.push(name));
  return { clock, told, watches, changed };
}

const referencing = (name: string) =>
  providerObject('p', { spec: { smtp: { passwordRef: { name, key: 'password' } } } });

t.test('a first list of Secrets in time is knowledge, and no change', async (t) => {
  const { told, changed } = startedWatches();
  t.equal(told.providers, undefined, 'providers wait for it');
  told.secrets?.replaced([{ name: 'known', resourceVersion: '1' }]);
  told.providers?.replaced([referencing('known')]);
  told.secrets?.replaced([{ name: 'known', resourceVersion: '1' }]);
  t.strictSame(changed, []);
});

t.test('a first list of Secrets after that of providers may hide a change', async (t) => {
  const { clock, told, watches, changed } = startedWatches();
  clock.advance(HEAD_START_MS);
  told.providers?.replaced([referencing('late')]);
  t.notOk(watches.synced);
  told.secrets?.replaced([{ name: 'other', resourceVersion: '1' }]);
  t.ok(watches.synced);
  t.strictSame(changed, ['late'], 'also of one that is gone by now');
  told.secrets?.replaced([{ name: 'other', resourceVersion: '1' }]);
  t.strictSame(changed, ['late']);
});
