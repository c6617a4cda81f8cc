import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { allArrived, messageIds } from '../engine/arrivals.ts';
import { Declared } from '../engine/declared.ts';
import { localSpec } from '../engine/local-spec.ts';
import { receivingServer } from '../engine/receiving-server.ts';
import { senderUnderTest } from '../engine/sender-under-test.ts';
import { openStore } from '../engine/store-engine.ts';
import { jetStreamOf } from './jetstream-engine.ts';

t.setTimeout(60_000);

const MAILS = 600;

for (const replicas of [2, 3]) {
  t.test(
    `${replicas} replicas deliver each mail once, and all of them take part`,
    { skip: WITHOUT_NATS },
    async (t) => {
      const engine = jetStreamOf(await natsUnderTest(t));
      const server = await receivingServer(t);
      const declared = new Declared();
      declared.provider('first', localSpec(server.port));
      const starting = Array.from({ length: replicas }, async () =>
        senderUnderTest(t, { declared, store: await openStore(engine) }),
      );
      const senders = await Promise.all(starting);
      const mails = await Promise.all(
        Array.from({ length: MAILS }, (_, index) => senders[index % replicas]?.accept()),
      );
      const accepted = new Set(mails.map((mail) => mail?.messageId ?? ''));
      t.equal(accepted.size, MAILS);
      await allArrived(server, accepted);
      await Promise.all(senders.map((sender) => sender.close()));
      t.equal(messageIds(server).length, MAILS, 'none arrived twice');
      const shares = senders.map(({ recorder }) => recorder.attempts.length);
      t.equal(
        shares.reduce((sum, share) => sum + share, 0),
        MAILS,
        'there was no attempt more',
      );
      const least = MAILS / replicas / 4;
      t.ok(
        shares.every((share) => share >= least),
        `the mails were shared: ${shares}`,
      );
    },
  );
}
