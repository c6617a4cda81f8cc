import { defaultProcesses } from '@mailprovider/cluster';
import t from 'tap';
import { startTestCluster } from '../acceptance/test-cluster.ts';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { assertUnharmed } from './assert-unharmed.ts';
import { runFaults } from './fault-run.ts';

const FAULTS = 60;
const SEED = 1;

t.setTimeout(180_000);

t.test(
  'after sixty faults every status is right and nothing is left over',
  { skip: WITHOUT_PROGRAMS },
  async (t) => {
    const cluster = await startTestCluster(t, defaultProcesses({ health: 0, sender: false }));
    const run = await runFaults(t, { cluster, faults: FAULTS, seed: SEED });
    t.comment(JSON.stringify(run));
    assertUnharmed(t, run);
  },
);
