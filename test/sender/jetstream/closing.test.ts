import { openJetStreamStore } from '@mailprovider/sender/jetstream/open-jetstream-store';
import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { insert } from '../store/sample-changes.ts';
import { sampleContent, sampleMail } from '../store/sample-mail.ts';
import { optionsFor, Taken } from './jetstream-under-test.ts';
import { UnreliableLink } from './unreliable-link.ts';

t.setTimeout(100_000);

t.test('a store is closed while NATS goes away', { skip: WITHOUT_NATS }, async (t) => {
  const server = await natsUnderTest(t);

  for (const claiming of [true, false]) {
    t.test(claiming ? 'and mails are claimed' : 'and none is claimed', async (t) => {
      const link = await UnreliableLink.start(t, server.url);
      const store = await openJetStreamStore(optionsFor(link.url));
      if (claiming) {
        const taken = new Taken(store, 'corporate', 1);
        await insert(store, sampleMail(), sampleContent());
        await taken.until(1);
      }
      link.holdAnswers();
      const closing = store.close();
      setImmediate(() => link.disconnect());
      await t.resolves(closing);
      t.equal(store.isWorking, true, 'it was closed, and did not fail');
    });
  }

  t.test('which says nothing any more', async (t) => {
    const link = await UnreliableLink.start(t, server.url);
    const store = await openJetStreamStore(optionsFor(link.url));
    const taken = new Taken(store, 'corporate', 1);
    await insert(store, sampleMail(), sampleContent());
    await taken.until(1);
    link.holdAnswers();
    const begin = performance.now();
    taken.claims.stop();
    await t.resolves(store.close());
    t.ok(performance.now() - begin < 8_000);
  });
});
