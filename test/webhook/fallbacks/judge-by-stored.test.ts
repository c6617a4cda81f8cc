import { judgeByStored } from '@mailprovider/webhook/fallbacks/judge-by-stored';
import t from 'tap';

const write = { name: 'a', spec: { fallbacks: ['b'] }, oldSpec: undefined };

t.test(
  'what the API server does not tell is a denial that says so, and the cause is told',
  async (t) => {
    const cause = new Error('connect ECONNREFUSED 10.0.0.1:443');
    const told: unknown[] = [];
    const judgement = await judgeByStored(write, {
      listProviders: () => Promise.reject(cause),
      failed: (error) => told.push(error),
    });
    t.strictSame(judgement, {
      errors: [
        {
          kind: 'forbidden',
          path: 'spec.fallbacks',
          detail: 'whether one leads back to this provider could not be found out; try again',
        },
      ],
      warnings: [],
    });
    t.strictSame(told, [cause]);
  },
);
