import t from 'tap';
import { planProviders } from '#bench/probe/provisioning';

const ports = { answering: 2525, silent: 2526 };

t.test('plans as many silent providers as asked for, spread evenly', async (t) => {
  for (const [providers, silentPercent, expected] of [
    [1000, 10, 100],
    [50, 10, 5],
    [7, 50, 4],
    [3, 0, 0],
    [3, 100, 3],
  ] as const) {
    const planned = planProviders({ providers, silentPercent, ports });
    t.equal(planned.length, providers);
    t.equal(planned.filter(({ silent }) => silent).length, expected);
    t.equal(
      new Set(planned.map(({ name }) => name)).size,
      providers,
      'all with names of their own',
    );
    t.ok(planned.every(({ silent, port }) => port === (silent ? ports.silent : ports.answering)));
  }
  const firstHalf = planProviders({ providers: 1000, silentPercent: 10, ports }).slice(0, 500);
  t.equal(firstHalf.filter(({ silent }) => silent).length, 50);
});
