import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import t from 'tap';
import { diskFolder } from '#bench/measure/disk-folder';
import { watchMemory } from '#bench/measure/memory-watch';
import { startLoad } from '#bench/send/load-process';
import { relayMails } from '#bench/send/relay-mails';
import { startSender } from '#bench/send/sender-process';
import { senderRelay } from '#bench/send/sender-relay';
import { startSink } from '#bench/send/start-sink';

const PART = 250_000;
const PARTS = 4;
const MOST_GROWTH_MIB = 20;
const DELIVERIES = 20;
const SUBMITTERS = 64;

t.setTimeout(3_500_000);

const WITHOUT_PROC = process.platform !== 'linux' && 'needs /proc';

t.test('memory does not grow with the mails that were sent', { skip: WITHOUT_PROC }, async (t) => {
  const folder = await mkdtemp(join(await diskFolder(), 'mailprovider-soak-'));
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const sink = await startSink([], new AbortController().signal);
  t.teardown(() => sink.stop());
  const provider = 'near';
  const providers = [{ name: provider, port: sink.port, connections: DELIVERIES }];
  const sender = await startSender({ folder, providers });
  t.teardown(() => sender.stop());
  const load = await startLoad();
  t.teardown(() => load.stop());
  const relay = senderRelay({ senders: [sender], load, provider, connections: SUBMITTERS });
  const failed = AbortSignal.any([sink.failed, sender.failed, load.failed]);

  const memory = watchMemory(sender.pid);
  t.teardown(() => memory.stop());
  const peaks: number[] = [];
  for (let part = 1; part <= PARTS; part += 1) {
    const { endToEndPerSecond } = await relayMails(relay, sink, PART, failed);
    const peak = await memory.takePeakMiB();
    peaks.push(peak);
    const perSecond = Math.round(endToEndPerSecond);
    t.comment(
      `${part * PART} mails: at most ${peak.toFixed(1)} MiB, ${perSecond} mails/s end to end`,
    );
  }
  const [first = 0, last = Number.POSITIVE_INFINITY] = [peaks.at(0), peaks.at(-1)];
  t.ok(last <= first + MOST_GROWTH_MIB, `${last} MiB after ${first} MiB`);
});
