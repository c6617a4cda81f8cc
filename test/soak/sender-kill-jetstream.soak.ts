import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../nats/nats-under-test.ts';
import { assertKillSurvived } from '../sender/engine/assert-kill-survived.ts';
import { jetStreamOf } from '../sender/replicas/jetstream-engine.ts';

const ROUNDS = 300;

t.setTimeout(1_800_000);

t.test(
  'one of two replicas is killed 300 times: nothing is lost, and only what was marked is repeated',
  { skip: WITHOUT_NATS },
  async (t) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    t.comment(`seed ${seed}`);
    const engine = jetStreamOf(await natsUnderTest(t));
    await assertKillSurvived(t, { engine, senders: 2, rounds: ROUNDS, seed });
  },
);
