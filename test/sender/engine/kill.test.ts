import t from 'tap';
import { assertKillSurvived } from './assert-kill-survived.ts';

t.test(
  'a sender that is killed at any moment loses nothing, and repeats only what it marked',
  async (t) => {
    const engine = { kind: 'lmdb', folder: t.testdir() } as const;
    await assertKillSurvived(t, { engine, senders: 1, rounds: 12, seed: 20_261_121 });
  },
);
