import { MessageStore, type ReceivedMessage } from '@mailprovider/mailbox/message-store';
import t from 'tap';

function message(raw: string): ReceivedMessage {
  const envelope = { from: 'a@example.com', to: ['b@example.com'] };
  return { envelope, raw, receivedAt: '2030-01-01T00:00:00.000Z', tls: false };
}

t.test('the newest 1,000 messages are kept, the oldest first', async (t) => {
  const store = new MessageStore();
  for (let number = 1; number <= 1_005; number += 1) store.add(message(`${number}`));
  const kept = store.list();
  t.equal(kept.length, 1_000);
  t.equal(kept.at(0)?.raw, '6');
  t.equal(kept.at(-1)?.raw, '1005');
});

t.test('fewer are kept when together they exceed 100 Mi characters', async (t) => {
  const store = new MessageStore();
  const large = 'x'.repeat(10 * 1024 * 1024);
  for (let number = 0; number < 12; number += 1) store.add(message(large));
  t.equal(store.list().length, 10);
  store.add(message('small'));
  t.equal(store.list().length, 10);
});
