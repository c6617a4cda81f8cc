import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../nats/nats-under-test.ts';
import { assertAbsenceSurvived } from '../sender/replicas/assert-absence-survived.ts';

const MINUTES = 5;

t.setTimeout(600_000);

t.test(
  `NATS is away for ${MINUTES} minutes: nothing that was accepted is lost`,
  { skip: WITHOUT_NATS },
  async (t) => {
    await assertAbsenceSurvived(t, await natsUnderTest(t), MINUTES * 60_000);
  },
);
