import { openJetStreamStore } from '@mailprovider/sender/jetstream/open-jetstream-store';
import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { testStoreContract } from '../store/contract.ts';
import { freshPrefix, optionsFor } from './jetstream-under-test.ts';

t.setTimeout(100_000);

t.test('JetStream keeps the contract of a store', { skip: WITHOUT_NATS }, async (t) => {
  const { url } = await natsUnderTest(t);
  testStoreContract(t, () => {
    const streamPrefix = freshPrefix();
    return { open: () => openJetStreamStore(optionsFor(url, { streamPrefix })) };
  });
});
