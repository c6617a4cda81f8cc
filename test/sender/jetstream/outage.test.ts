import t from 'tap';
import { natsClusterUnderTest, natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { change, insert } from '../store/sample-changes.ts';
import { sampleContent, sampleMail } from '../store/sample-mail.ts';
import { deliverAll } from './deliver-all.ts';
import { until } from './eventually.ts';
import { openedStore, optionsFor, Taken } from './jetstream-under-test.ts';
import { UnreliableLink } from './unreliable-link.ts';

t.setTimeout(100_000);

const UNAVAILABLE = { name: 'StoreError', fault: 'StoreUnavailable' };

t.test(
  'NATS that is away refuses within seconds, and loses nothing',
  {
    skip: WITHOUT_NATS,
  },
  async (t) => {
    const server = await natsUnderTest(t);
    const store = await openedStore(t, optionsFor(server.url));
    const taken = new Taken(store, 'corporate', 1);
    const [one, two] = [sampleMail(), sampleMail()];
    await insert(store, one, sampleContent());
    await insert(store, two, sampleContent());
    await taken.until(1);
    await server.kill();
    const begin = performance.now();
    const refusals = await Promise.allSettled<unknown>([
      insert(store, sampleMail(), sampleContent()),
      insert(store, sampleMail(), sampleContent(), { key: 'k', digest: 'd' }),
      store.findByKey({ key: 'k', digest: 'd' }),
      store.update({ ...one, dataStarted: true }),
      store.find(two.id),
      store.list('queued', { limit: 1 }),
      store.readings(),
    ]);
    for (const refusal of refusals) t.match(refusal, { reason: UNAVAILABLE });
    t.ok(performance.now() - begin < 9_000);
    await t.rejects(store.find(two.id), {
      message: `NATS at ${server.url} cannot be reached; check that it runs, the address, and the network policy`,
    });
    t.same(await store.find(one.id), one, 'what is claimed is known');
    t.equal(store.isWorking, true);
    await server.start();
    await until(() => store.find(two.id).then(Boolean, () => false));
    const marked = await change(store, { ...one, dataStarted: true });
    await change(store, { ...marked, dataStarted: false, state: 'sent' });
    taken.claims.request(1);
    t.same((await taken.until(2))[1], two);
    await insert(store, sampleMail(), sampleContent());
    t.match(await store.readings(), [{ provider: 'corporate', depth: 2 }]);
  },
);

t.test(
  'a change whose answer does not come counts as made once it turns out to be',
  {
    skip: WITHOUT_NATS,
  },
  async (t) => {
    const server = await natsUnderTest(t);
    const link = await UnreliableLink.start(t, server.url);
    const store = await openedStore(t, optionsFor(link.url));
    const taken = new Taken(store, 'corporate', 1);
    await insert(store, sampleMail(), sampleContent());
    const [mail] = await taken.until(1);
    if (!mail) return;
    link.holdAnswers();
    const begin = performance.now();
    await t.rejects(store.update({ ...mail, dataStarted: true }), {
      ...UNAVAILABLE,
      message: /did not answer, and may have done what was asked/,
    });
    t.ok(performance.now() - begin < 12_000);
    link.disconnect();
    await until(() => store.readings().then(Boolean, () => false));
    const marked = await change(store, { ...mail, dataStarted: true });
    await change(store, { ...marked, dataStarted: false, state: 'sent' });
    t.match(await store.readings(), [{ depth: 0 }]);
  },
);

t.test(
  'a call goes on when the connection is made anew meanwhile',
  {
    skip: WITHOUT_NATS,
  },
  async (t) => {
    const server = await natsUnderTest(t);
    const link = await UnreliableLink.start(t, server.url);
    const store = await openedStore(t, optionsFor(link.url));
    const taken = new Taken(store, 'corporate', 1);
    await insert(store, sampleMail(), sampleContent());
    const [mail] = await taken.until(1);
    if (!mail) return;
    const direct = await openedStore(t, optionsFor(server.url));
    const other = sampleMail();
    link.holdAnswers();
    const calls = [
      change(store, { ...mail, dataStarted: true }),
      insert(store, other, sampleContent()),
    ];
    await until(async () => (await direct.find(mail.id))?.dataStarted ?? false);
    await until(async () => (await direct.find(other.id)) !== undefined);
    link.disconnect();
    const [marked, insertion] = await Promise.all(calls);
    t.match(marked, { dataStarted: true });
    t.same(insertion, { kind: 'stored' });
    t.match(await direct.readings(), [{ depth: 2 }], 'nothing is stored twice');
  },
);

for (const event of ['one node', 'all of NATS'] as const) {
  t.test(
    `a cluster of three keeps every mail while ${event} is restarted`,
    {
      skip: WITHOUT_NATS,
    },
    async (t) => {
      const cluster = await natsClusterUnderTest(t);
      const options = optionsFor(cluster.urls, { replicas: 3, ackWaitMs: 3_000 });
      const [one, two] = [await openedStore(t, options), await openedStore(t, options)];
      const ids: string[] = [];
      const delivered = deliverAll([one, two], 'corporate', 20);
      let isRunning = true;
      async function submit(): Promise<void> {
        while (isRunning) {
          const mail = sampleMail();
          const insertion = await insert(one, mail, sampleContent()).catch(() => undefined);
          if (insertion?.kind === 'stored') ids.push(mail.id);
        }
      }
      const submitting = Array.from({ length: 4 }, submit);
      const more = () => {
        const count = ids.length;
        return until(() => ids.length > count + 200, 60_000);
      };
      await more();
      if (event === 'all of NATS') {
        await cluster.stop();
        await cluster.start();
      } else {
        await cluster.servers[0]?.kill();
        await more();
        await cluster.servers[0]?.start();
      }
      await more();
      isRunning = false;
      await Promise.all(submitting);
      await until(() => ids.every((id) => delivered.has(id)), 60_000);
      const twice = [...delivered].filter(([, { count, marked }]) => count > 1 && !marked);
      t.same(twice, [], 'none is delivered twice but after its data was begun');
      await until(async () => {
        const readings = await one.readings().catch(() => undefined);
        return readings?.every(({ depth }) => depth === 0) ?? false;
      }, 60_000);
      t.comment(`${ids.length} mails`);
    },
  );
}
