import { type Cluster, defaultProcesses } from '@mailprovider/cluster';
import t from 'tap';
import { raceForDefault } from '../acceptance/default-race.ts';
import { startTestCluster } from '../acceptance/test-cluster.ts';

const ROUNDS = 200;
const CONTENDERS = 50;
/** A webhook dies in each tenth round. */
const KILL_EVERY = 10;

t.setTimeout(3_600_000);

/** Kills one of the webhooks, each in turn, and starts it again. */
async function killOne(cluster: Cluster, round: number): Promise<void> {
  const webhooks = cluster.processes.filter(({ name }) => name.startsWith('webhook'));
  const webhook = webhooks[(round / KILL_EVERY) % webhooks.length];
  await webhook?.kill();
  await webhook?.start();
}

t.test('in a cluster with two webhooks', async (t) => {
  const cluster = await startTestCluster(t, defaultProcesses({ webhooks: 2, sender: false }));
  const race = { cluster, rounds: ROUNDS, contenders: CONTENDERS };

  for (const contest of ['creates', 'updates'] as const) {
    await t.test(`${contest} make one default in every round`, async (t) => {
      const { rounds, unexpected, seconds } = await raceForDefault({ ...race, contest });
      t.comment(`${ROUNDS} rounds of ${CONTENDERS} in ${seconds.toFixed(0)} s`);
      t.strictSame(rounds, { 1: ROUNDS });
      t.strictSame(unexpected, []);
    });

    await t.test(`${contest} never make two, though webhooks are killed`, async (t) => {
      const { rounds, unexpected, seconds } = await raceForDefault({
        ...race,
        contest,
        disturb: (round) => (round % KILL_EVERY === 0 ? killOne(cluster, round) : undefined),
      });
      t.comment(`rounds by defaults: ${JSON.stringify(rounds)}, in ${seconds.toFixed(0)} s`);
      t.strictSame(
        Object.keys(rounds).filter((count) => Number(count) > 1),
        [],
      );
      t.strictSame(unexpected, []);
    });
  }
});
