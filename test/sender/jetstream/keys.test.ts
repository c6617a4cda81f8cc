import { Calls } from '@mailprovider/sender/jetstream/calls';
import { Keys } from '@mailprovider/sender/jetstream/keys';
import { namesFor } from '@mailprovider/sender/jetstream/names';
import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import { connect } from '@nats-io/transport-node';
import pino from 'pino';
import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { sampleMail } from '../store/sample-mail.ts';
import { openedStore, optionsFor } from './jetstream-under-test.ts';

t.setTimeout(100_000);

t.test(
  'of two that wait for a key which was never used, only one takes it over',
  { skip: WITHOUT_NATS },
  async (t) => {
    const { url } = await natsUnderTest(t);
    await openedStore(t, optionsFor(url));
    const calls = new Calls(await connect({ servers: url }), pino({ level: 'silent' }));
    t.teardown(() => calls.close());
    const keys = new Keys(calls, namesFor('test'));
    const key = { key: 'k', digest: 'd' };
    const lost = sampleMail();
    const mails = new Map([sampleMail(), sampleMail()].map((mail) => [mail.id, mail]));
    let looked = 0;
    /** The mail of the one that takes the key over is stored some time after. */
    async function find(id: string): Promise<MailRecord | undefined> {
      const mail = mails.get(id);
      if (mail) looked += 1;
      return looked > 2 ? mail : undefined;
    }
    t.equal(await keys.take(key, lost.id, find), undefined);
    const taking = [...mails.keys()].map((id) => keys.take(key, id, find));
    const [one, two] = await Promise.all(taking);
    t.match(one ?? two, { kind: 'repeated' });
    t.notOk(one && two, 'the other one stores its mail');
  },
);
