import t from 'tap';
import { assertKillSurvived } from './assert-kill-survived.ts';

t.test(
  'a sender that is killed at any moment loses nothing, and repeats only what it marked',
  async (t) => {
    await assertKillSurvived(t, { rounds: 12, seed: 20_261_121 });
  },
);
