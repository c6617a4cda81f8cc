import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { assertKillSurvived } from '../engine/assert-kill-survived.ts';
import { jetStreamOf } from './jetstream-engine.ts';

t.setTimeout(100_000);

for (const [name, senders] of [
  ['a sender on JetStream', 1],
  ['one of two replicas', 2],
] as const) {
  t.test(
    `${name} is killed at any moment: nothing is lost, and only what was marked is repeated`,
    { skip: WITHOUT_NATS },
    async (t) => {
      const engine = jetStreamOf(await natsUnderTest(t));
      await assertKillSurvived(t, { engine, senders, rounds: 6, seed: 20_261_121 + senders });
    },
  );
}
