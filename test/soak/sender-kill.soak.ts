import t from 'tap';
import { assertKillSurvived } from '../sender/engine/assert-kill-survived.ts';

const ROUNDS = 300;

t.setTimeout(1_200_000);

t.test(
  'a sender that is killed 300 times loses nothing, and repeats only what it marked',
  async (t) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    t.comment(`seed ${seed}`);
    const engine = { kind: 'lmdb', folder: t.testdir() } as const;
    await assertKillSurvived(t, { engine, senders: 1, rounds: ROUNDS, seed });
  },
);
