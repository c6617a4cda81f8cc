import type { Test } from 'tap';
import { seededRandom } from '../../faults/seeded-random.ts';
import { repeated } from './arrivals.ts';
import { type KillOptions, killRounds } from './killed-sender.ts';
import { receivingServer } from './receiving-server.ts';

/** Every accepted mail arrives; one that arrives twice was marked as begun when its sender was killed. */
export async function assertKillSurvived(
  t: Test,
  options: Pick<KillOptions, 'engine' | 'senders' | 'rounds'> & { readonly seed: number },
): Promise<void> {
  const server = await receivingServer(t);
  const { rounds, seed } = options;
  const record = await killRounds(t, { ...options, server, random: seededRandom(seed) });
  const { accepted, dataStarted, unexpected, unavailable } = record;
  const twice = repeated(server);
  t.comment(
    `${rounds} kills: ${accepted.size} accepted, ${server.received.length} arrived, ${dataStarted.size} marked as begun, ${twice.length} more than once`,
  );
  t.ok(accepted.size > rounds, `${accepted.size} mails were accepted`);
  t.same(
    twice.filter((id) => !dataStarted.has(id)),
    [],
  );
  t.same([unexpected, unavailable], [[], []]);
}
