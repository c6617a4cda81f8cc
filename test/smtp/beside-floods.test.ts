import t from 'tap';
import { floodingServers } from './flooding-servers.ts';
import { open } from './probe.ts';
import { greetAndOffer, scriptedPeer } from './scripted-peer.ts';

const FLOODS = ['\r\n', '250 ok\r\n', '220-more\r\n', '220 aaaa', '\0'];
const PROBES = 50;
/**
 * One read of a flood is 64 KiB, which takes a few milliseconds; a session waits for some such
 * reads of each flood. The slowest has room for what else the machine does.
 */
const LONGER_AT_MOST_MS = { median: 100, slowest: 1_000 };

/** How long each of some probes takes, one after the other, in ascending order. */
async function durations(port: number): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let i = 0; i < PROBES; i++) {
    const started = performance.now();
    const session = await open({ target: { port } });
    taken.push(performance.now() - started);
    session.close();
  }
  return taken.sort((a, b) => a - b);
}

/** Probes a server that floods again and again, until told to stop; returns how often. */
async function floodedProbes(port: number, stop: AbortSignal): Promise<number> {
  let probes = 0;
  while (!stop.aborted) {
    await open({ target: { port } }).catch(() => undefined);
    probes++;
  }
  return probes;
}

t.test('floods do not slow the probes of other servers', async (t) => {
  const good = await scriptedPeer(t, greetAndOffer('SIZE'));
  const flooding = await floodingServers(FLOODS);
  t.teardown(() => flooding.close());

  const calm = await durations(good.port);
  const stop = new AbortController();
  const floods = flooding.ports.map((port) => floodedProbes(port, stop.signal));
  const beside = await durations(good.port);
  stop.abort();
  const flooded = await Promise.all(floods);

  t.ok(
    flooded.every((count) => count > 0),
    `floods met by each prober meanwhile: ${flooded}`,
  );
  for (const [name, rank] of [
    ['median', PROBES / 2],
    ['slowest', PROBES - 1],
  ] as const) {
    const [alone = 0, among = 0] = [calm[rank], beside[rank]];
    const figures = `${alone.toFixed(1)} ms alone, ${among.toFixed(1)} ms beside floods`;
    t.ok(among - alone < LONGER_AT_MOST_MS[name], `${name} probe: ${figures}`);
  }
});
