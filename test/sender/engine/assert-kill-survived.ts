import type { Test } from 'tap';
import { seededRandom } from '../../faults/seeded-random.ts';
import { killRounds, messageIds } from './killed-sender.ts';
import { receivingServer } from './receiving-server.ts';

/** Every accepted mail arrives; one that arrives twice was marked as begun when its sender was killed. */
export async function assertKillSurvived(
  t: Test,
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
): Promise<void> {
  const server = await receivingServer(t);
  const { accepted, dataStarted } = await killRounds(t, {
    server,
    rounds,
    random: seededRandom(seed),
  });
  const arrived = new Map<string, number>();
  for (const id of messageIds(server)) arrived.set(id, (arrived.get(id) ?? 0) + 1);
  const lost = [...accepted].filter((id) => !arrived.has(id));
  const repeated = [...arrived].filter(([, times]) => times > 1).map(([id]) => id);
  const unmarked = repeated.filter((id) => !dataStarted.has(id));
  t.comment(
    `${rounds} kills: ${accepted.size} accepted, ${server.received.length} arrived, ${dataStarted.size} marked as begun, ${repeated.length} twice`,
  );
  t.ok(accepted.size > rounds, `${accepted.size} mails were accepted`);
  t.same(lost, []);
  t.same(unmarked, []);
}
