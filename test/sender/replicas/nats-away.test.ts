import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { assertAbsenceSurvived } from './assert-absence-survived.ts';

t.setTimeout(60_000);

t.test(
  'while NATS is away nothing is accepted, and callers are told when to come back; nothing is lost',
  { skip: WITHOUT_NATS },
  async (t) => {
    await assertAbsenceSurvived(t, await natsUnderTest(t), 3_000);
  },
);
