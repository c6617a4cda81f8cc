import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { natsClusterUnderTest, natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { allArrived, repeated } from '../engine/arrivals.ts';
import { Answers, startCallers } from '../engine/callers.ts';
import { receivingServer } from '../engine/receiving-server.ts';
import { startSenderChild } from '../engine/sender-child.ts';
import type { StoreEngine } from '../engine/store-engine.ts';
import { jetStreamOf, jetStreamOfAll } from './jetstream-engine.ts';

t.setTimeout(100_000);

/** That are accepted before, and after. */
const MAILS = 100;

/** Two senders accept and deliver mails before, while and after NATS is restarted: nothing is lost. */
async function assertNothingLost(
  t: Test,
  engine: StoreEngine,
  restart: (acceptMore: () => Promise<void>) => Promise<void>,
): Promise<Answers> {
  const server = await receivingServer(t);
  const senders = [
    await startSenderChild(t, engine, server),
    await startSenderChild(t, engine, server),
  ];
  const answers = new Answers();
  const urls = senders.map(({ url }) => url);
  const callers = startCallers(answers, urls, { callers: 2, pauseMs: 10 });
  const acceptMore = async () => {
    const enough = answers.accepted.size + MAILS;
    while (answers.accepted.size < enough) await delay(5);
  };
  await acceptMore();
  await restart(acceptMore);
  await acceptMore();
  await callers.end();
  await allArrived(server, answers.accepted);
  const { accepted, unavailable, unexpected, slowestMs } = answers;
  t.comment(
    `${accepted.size} accepted and arrived, ${repeated(server).length} more than once; ${unavailable.length} times unavailable, the slowest answer after ${Math.round(slowestMs)} ms`,
  );
  t.same(unexpected, []);
  return answers;
}

t.test(
  'mails are accepted while one of three NATS servers is away, and nothing is lost by its restart',
  { skip: WITHOUT_NATS },
  async (t) => {
    const cluster = await natsClusterUnderTest(t);
    await assertNothingLost(t, jetStreamOfAll(cluster), async (acceptMore) => {
      await cluster.servers[0]?.kill();
      await acceptMore();
      await cluster.servers[0]?.start();
    });
  },
);

t.test(
  'nothing is lost when all of three NATS servers are restarted under load',
  { skip: WITHOUT_NATS },
  async (t) => {
    const cluster = await natsClusterUnderTest(t);
    await assertNothingLost(t, jetStreamOfAll(cluster), async () => {
      await cluster.stop();
      await cluster.start();
    });
  },
);

t.test(
  'nothing is lost when the only NATS server is killed and started under load',
  { skip: WITHOUT_NATS },
  async (t) => {
    const nats = await natsUnderTest(t);
    await assertNothingLost(t, jetStreamOf(nats), async () => {
      await nats.kill();
      await nats.start();
    });
  },
);
