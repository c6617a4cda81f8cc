import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { allArrived, messageIds } from '../engine/arrivals.ts';
import { Answers, startCallers } from '../engine/callers.ts';
import { hangAt, receivingServer } from '../engine/receiving-server.ts';
import { startSenderChild } from '../engine/sender-child.ts';
import { ACK_WAIT_MS, jetStreamOf } from './jetstream-engine.ts';

t.setTimeout(60_000);

/** What it takes to deliver what was held by one that is gone, on a busy machine. */
const DELIVERY_MS = 3_000;
const MAILS = 40;

t.test(
  'the mails of a replica that is killed are delivered once by another within the ack wait',
  { skip: WITHOUT_NATS },
  async (t) => {
    const engine = jetStreamOf(await natsUnderTest(t));
    const server = await receivingServer(t);
    // Nothing is marked yet when a session is not opened.
    const held = hangAt(server, 'EHLO');
    const first = await startSenderChild(t, engine, server);
    const answers = new Answers();
    const callers = startCallers(answers, [first.url], { callers: 2 });
    while (answers.accepted.size < MAILS) await delay(1);
    await callers.end();
    await held;
    const second = await startSenderChild(t, engine, server);
    server.answer = () => undefined;
    await first.kill();
    const begin = performance.now();
    await allArrived(server, answers.accepted);
    const tookMs = performance.now() - begin;
    t.comment(`delivered after ${Math.round(tookMs)} ms, with an ack wait of ${ACK_WAIT_MS} ms`);
    t.ok(tookMs < ACK_WAIT_MS + DELIVERY_MS, `${tookMs} ms`);
    await second.stop();
    t.equal(messageIds(server).length, new Set(messageIds(server)).size, 'each once');
  },
);
