import { setTimeout as delay } from 'node:timers/promises';
import type { NatsServer } from '@mailprovider/cluster/nats/nats-server';
import type { Test } from 'tap';
import { allArrived } from '../engine/arrivals.ts';
import { Answers, startCallers } from '../engine/callers.ts';
import { receivingServer } from '../engine/receiving-server.ts';
import { startSenderChild } from '../engine/sender-child.ts';
import { jetStreamOf } from './jetstream-engine.ts';

const MAILS = 50;
/** Callers are told within a few seconds. */
const ANSWER_MS = 10_000;

/**
 * NATS is away for so long: callers are answered with 503 and Retry-After, mails are accepted again
 * once it is back, and all that were accepted arrive.
 */
export async function assertAbsenceSurvived(
  t: Test,
  nats: NatsServer,
  absenceMs: number,
): Promise<void> {
  const server = await receivingServer(t);
  const { url } = await startSenderChild(t, jetStreamOf(nats), server);
  const answers = new Answers();
  const callers = startCallers(answers, [url], { callers: 4, pauseMs: 5 });
  while (answers.accepted.size < MAILS) await delay(5);
  await nats.stop();
  const gone = performance.now();
  while (answers.unavailable.length === 0 || performance.now() - gone < absenceMs) await delay(20);
  await nats.start();
  const back = performance.now();
  const enough = answers.accepted.size + MAILS;
  while (answers.accepted.size < enough) await delay(5);
  const acceptedAfterMs = performance.now() - back;
  await callers.end();
  await allArrived(server, answers.accepted);
  const { accepted, unavailable, unexpected, slowestMs } = answers;
  t.comment(
    `away for ${absenceMs} ms: ${accepted.size} accepted and arrived, ${unavailable.length} times 503, the slowest answer after ${Math.round(slowestMs)} ms; ${MAILS} accepted ${Math.round(acceptedAfterMs)} ms after it was back`,
  );
  t.same(unexpected, []);
  t.ok(
    unavailable.every((seconds) => seconds >= 1),
    'each 503 has Retry-After',
  );
  t.ok(slowestMs < ANSWER_MS, `the slowest answer took ${slowestMs} ms`);
}
