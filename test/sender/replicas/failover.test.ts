import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { Declared } from '../engine/declared.ts';
import { localSpec } from '../engine/local-spec.ts';
import { receivingServer } from '../engine/receiving-server.ts';
import { senderUnderTest } from '../engine/sender-under-test.ts';
import { load, subjects } from '../engine/steady-load.ts';
import { openStore } from '../engine/store-engine.ts';
import { jetStreamOf } from './jetstream-engine.ts';

t.setTimeout(60_000);

t.test(
  'replicas send mail on while the primary is down, and each mail arrives once',
  { skip: WITHOUT_NATS },
  async (t) => {
    const engine = jetStreamOf(await natsUnderTest(t));
    const primary = await receivingServer(t);
    const fallback = await receivingServer(t);
    const declared = new Declared();
    declared.provider('primary', localSpec(primary.port, { fallbacks: ['fallback'] }));
    declared.provider('fallback', localSpec(fallback.port, { default: false }));
    const one = await senderUnderTest(t, { declared, store: await openStore(engine) });
    const other = await senderUnderTest(t, { declared, store: await openStore(engine) });
    const loading = load(one, 8);
    await primary.has(200);
    primary.answer = (line) => (line === 'connect' || line.startsWith('MAIL') ? 'drop' : undefined);
    await fallback.has(400);
    const before = primary.received.length;
    primary.answer = () => undefined;
    await primary.has(before + 100);
    const accepted = await loading;
    while (primary.received.length + fallback.received.length < accepted) await delay(20);
    await Promise.all([one.close(), other.close()]);
    const all = [...primary.received, ...fallback.received];
    t.equal(subjects(all).size, accepted, 'nothing is lost');
    t.equal(all.length, accepted, 'nothing is sent twice');
    t.ok(other.recorder.attempts.length > 0);
    const left = await openStore(engine);
    t.teardown(() => left.close());
    t.equal((await left.list('queued', { limit: 10 })).mails.length, 0);
  },
);
