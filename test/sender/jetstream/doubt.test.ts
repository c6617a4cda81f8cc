import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { insert, QUEUE_SIZE } from '../store/sample-changes.ts';
import { sampleContent, sampleMail } from '../store/sample-mail.ts';
import { until } from './eventually.ts';
import { openedStore, optionsFor, Taken } from './jetstream-under-test.ts';
import { UnreliableLink } from './unreliable-link.ts';

t.setTimeout(100_000);

t.test(
  'a mail goes to a fallback, although it is not known whether its mark was made',
  { skip: WITHOUT_NATS },
  async (t) => {
    const server = await natsUnderTest(t);
    const link = await UnreliableLink.start(t, server.url);
    const store = await openedStore(t, optionsFor(link.url));
    const other = await openedStore(t, optionsFor(server.url));
    const taken = new Taken(store, 'corporate', 1);
    await insert(store, sampleMail(), sampleContent());
    const [mail] = await taken.until(1);
    if (!mail) return;
    link.holdAnswers();
    await t.rejects(store.update({ ...mail, dataStarted: true }), { message: /did not answer/ });
    link.disconnect();
    await until(() => store.readings().then(Boolean, () => false));
    link.holdBefore('$KV.test-mails.mails.');
    const requeueing = store.requeue({ ...mail, provider: 'fallback' }, QUEUE_SIZE);
    const depth = async () =>
      (await other.readings()).find(({ provider }) => provider === 'fallback')?.depth;
    await until(async () => (await depth()) === 1);
    const fallback = new Taken(other, 'fallback', 5);
    await until(async () => fallback.mails.length === 1 || (await depth()) === 0);
    link.release();
    t.match(await requeueing, { kind: 'queued' });
    t.equal(await depth(), 1, 'its message is there');
    t.match(fallback.mails, [{ id: mail.id, provider: 'fallback', dataStarted: false }]);
  },
);
