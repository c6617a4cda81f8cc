import { defaultProcesses } from '@mailprovider/cluster';
import t from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { raceForDefault } from './default-race.ts';
import { startTestCluster } from './test-cluster.ts';

const ROUNDS = 5;

t.test('in a cluster with two webhooks', { skip: WITHOUT_PROGRAMS }, async (t) => {
  const cluster = await startTestCluster(t, defaultProcesses({ webhooks: 2, sender: false }));

  for (const contest of ['creates', 'updates'] as const) {
    await t.test(`50 concurrent ${contest} make one default in every round`, async (t) => {
      const result = await raceForDefault({ cluster, contest, rounds: ROUNDS, contenders: 50 });
      t.strictSame(result.rounds, { 1: ROUNDS });
      t.strictSame(result.unexpected, []);
    });
  }
});
