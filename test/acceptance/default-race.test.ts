import process from 'node:process';
import { defaultProcesses, startCluster } from '@mailprovider/cluster';
import t from 'tap';
import { requiredPrograms, WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { raceForDefault } from './default-race.ts';

const ROUNDS = 5;

t.test('in a cluster with two webhooks', { skip: WITHOUT_PROGRAMS }, async (t) => {
  const cluster = await startCluster({
    programs: requiredPrograms(),
    environment: process.env,
    processes: defaultProcesses({ webhooks: 2 }),
    progress: () => {},
    signal: new AbortController().signal,
  });
  t.teardown(() => cluster.close());

  for (const contest of ['creates', 'updates'] as const) {
    await t.test(`50 concurrent ${contest} make one default in every round`, async (t) => {
      const result = await raceForDefault({ cluster, contest, rounds: ROUNDS, contenders: 50 });
      t.strictSame(result.rounds, { 1: ROUNDS });
      t.strictSame(result.unexpected, []);
    });
  }
});
