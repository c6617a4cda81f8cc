import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import type { WatchTiming } from '@mailprovider/kube';
import { listWatch } from '@mailprovider/kube/list-watch';
import { createLogger } from '@mailprovider/process';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { scriptedApiServer } from './scripted-api-server.ts';

type Step = (response: ServerResponse) => void;

/** A pause that no test waits for. */
const NEVER_MS = 60_000;
const SHORT = { backoffMinMs: 50, backoffMaxMs: 100 };
const LONG = { backoffMinMs: NEVER_MS, backoffMaxMs: NEVER_MS };

const thingSchema = z.object({ metadata: z.object({ name: z.string() }) });
const thing = (name: string, position: number) => ({
  metadata: { name, resourceVersion: String(position) },
});
const nameOf = (object: unknown) => thingSchema.parse(object).metadata.name;
const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
const added = (name: string, position: number) => line('ADDED', thing(name, position));
const bookmark = (position: number) => line('BOOKMARK', thing('', position));
const error = (code: number, details = {}) => line('ERROR', { kind: 'Status', code, details });

const listed =
  (position: number, ...names: string[]): Step =>
  (response) => {
    const items = names.map((name) => thing(name, 1));
    response.end(JSON.stringify({ metadata: { resourceVersion: String(position) }, items }));
  };
const status =
  (code: number, headers = {}): Step =>
  (response) => {
    response.writeHead(code, headers).end('{}');
  };
/** Tells all of it and ends in good order. */
const tells =
  (...lines: string[]): Step =>
  (response) => {
    response.end(lines.join(''));
  };
/** Tells it and then nothing any more. */
const goesMute =
  (...lines: string[]): Step =>
  (response) => {
    response.write(lines.join('') || ' ');
  };
const breaksAfter =
  (text: string): Step =>
  (response) => {
    response.write(text, () => response.socket?.resetAndDestroy());
  };
const silence: Step = () => {};

/**
 * Plays one step to each request and ends the watch with the first that has none; returns what was
 * asked and told, with the times of the requests.
 */
async function follow(t: Test, steps: readonly Step[], timing: Partial<WatchTiming>) {
  const asked: string[] = [];
  const askedAt: number[] = [];
  const told: string[] = [];
  const seen = { heard: 0, failed: 0 };
  const stop = new AbortController();
  const connection = await scriptedApiServer(t, (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    const from = searchParams.get('resourceVersion');
    askedAt.push(performance.now());
    asked.push(searchParams.has('watch') ? `watch ${from}` : 'list');
    const step = steps[asked.length - 1];
    if (step === undefined) stop.abort();
    else step(response);
  });
  let log = '';
  const logStream = new PassThrough().on('data', (chunk) => {
    log += chunk;
  });
  await listWatch({
    connection,
    collection: { path: '/things' },
    decode: nameOf,
    handlers: {
      replaced: (all) => told.push(`all: ${all.join(' ')}`),
      stored: (name) => told.push(name),
      deleted: (name) => told.push(`-${name}`),
    },
    context: {
      logger: createLogger('test', 'warn', logStream),
      signal: stop.signal,
      timing,
      observer: { heard: () => seen.heard++, failed: () => seen.failed++ },
    },
  });
  const pauseBefore = (index: number) => (askedAt[index] ?? 0) - (askedAt[index - 1] ?? 0);
  return { asked, told, seen, log, pauseBefore };
}

t.test('a watch that the API server ends goes on from where it was', async (t) => {
  const steps = [
    listed(1),
    tells(added('a', 2), line('DELETED', thing('b', 3))),
    tells(bookmark(9)),
  ];
  const { asked, told, seen } = await follow(t, steps, LONG);
  t.strictSame(asked, ['list', 'watch 1', 'watch 3', 'watch 9']);
  t.strictSame(told, ['all: ', 'a', '-b']);
  t.strictSame(seen, { heard: 4, failed: 0 });
});

for (const [what, step] of [
  ['a status', status(410)],
  ['an event', tells(error(410))],
] as const) {
  t.test(`a position that is too old, told by ${what}, leads to a new list at once`, async (t) => {
    const { asked, told } = await follow(t, [listed(1), step, listed(5, 'a')], LONG);
    t.strictSame(asked, ['list', 'watch 1', 'list', 'watch 5']);
    t.strictSame(told, ['all: ', 'all: a']);
  });
}

t.test('positions that are always too old do not lead to lists in a loop', async (t) => {
  const gone = status(410);
  const timing = { backoffMinMs: 100, backoffMaxMs: 200 };
  const { pauseBefore } = await follow(t, [listed(1), gone, listed(2), gone, listed(3)], timing);
  t.ok(pauseBefore(4) >= 95, `${pauseBefore(4)} ms`);
});

const PUT_OFF = { 'retry-after': '1' };
for (const [what, step] of [
  ['a status', status(429, PUT_OFF)],
  ['an event', tells(error(429, { retryAfterSeconds: 1 }))],
] as const) {
  t.test(`a watch that is put off by ${what} comes again then, without a list`, async (t) => {
    const timing = { backoffMinMs: 10, backoffMaxMs: 5_000 };
    const { asked, pauseBefore } = await follow(t, [listed(1), step], timing);
    t.strictSame(asked, ['list', 'watch 1', 'watch 1']);
    t.ok(pauseBefore(2) >= 990, `${pauseBefore(2)} ms`);
  });
}

t.test('a watch that is put off again and again is listed anew by the sync period', async (t) => {
  const putOff: Step = (response) => {
    const answer = response.req.url?.includes('watch=') ? status(429) : listed(5);
    answer(response);
  };
  const timing = { backoffMinMs: 200, backoffMaxMs: 200, syncPeriodMs: 250 };
  const steps = [listed(1), putOff, putOff, putOff, putOff];
  const { asked } = await follow(t, steps, timing);
  // Two or three pauses of 100 to 200 ms until then.
  t.strictSame([...new Set(asked)], ['list', 'watch 1', 'watch 5']);
  t.equal(asked.filter((request) => request === 'list').length, 2);
});

t.test('a list that is put off comes again then, but not after an hour', async (t) => {
  const timing = { backoffMinMs: 10, backoffMaxMs: 200 };
  const hour = status(429, { 'retry-after': '3600' });
  const { asked, pauseBefore } = await follow(t, [hour, listed(1)], timing);
  t.strictSame(asked, ['list', 'list', 'watch 1']);
  t.ok(pauseBefore(1) >= 195, `${pauseBefore(1)} ms`);
});

const FAULTS: readonly (readonly [string, Step])[] = [
  ['is refused with 500', status(500)],
  ['is refused with 403', status(403)],
  ['is reset at once', (response) => response.socket?.resetAndDestroy()],
  ['is reset after a change', breaksAfter(added('a', 2))],
  ['breaks in the middle of a line', breaksAfter(added('a', 2) + added('b', 3).slice(0, 20))],
  ['tells garbage', tells(added('a', 2), 'password: canary\n')],
  ['tells an event of an unknown type', tells(line('OTHER', thing('canary', 2)))],
  ['tells an error', tells(error(500))],
];
for (const [what, step] of FAULTS) {
  t.test(`after a watch that ${what} everything is listed anew`, async (t) => {
    const { asked, told, seen, log } = await follow(t, [listed(1), step, listed(7, 'b')], SHORT);
    t.strictSame(asked, ['list', 'watch 1', 'list', 'watch 7']);
    t.equal(told.at(-1), 'all: b');
    t.equal(seen.failed, 1);
    t.match(log, /mailprovider watch interrupted/);
    t.notMatch(log, /canary/, 'and the log quotes nothing');
  });
}

t.test('half a line before an end in good order is told again', async (t) => {
  const steps = [listed(1), tells(added('a', 2), added('b', 3).slice(0, 20)), tells(added('b', 3))];
  const { asked, told } = await follow(t, steps, LONG);
  t.strictSame(asked, ['list', 'watch 1', 'watch 2', 'watch 3']);
  t.strictSame(told, ['all: ', 'a', 'b']);
});

t.test('a watch that goes mute is dead', async (t) => {
  const timing = { ...SHORT, silenceMs: 200 };
  const { asked } = await follow(t, [listed(1), goesMute(added('a', 2)), listed(5)], timing);
  t.strictSame(asked, ['list', 'watch 1', 'list', 'watch 5']);
});

t.test('a request that is not answered is given up', async (t) => {
  const timing = { ...SHORT, silenceMs: 200, listTimeoutMs: 200 };
  const { asked } = await follow(t, [silence, listed(1), silence, listed(5)], timing);
  t.strictSame(asked, ['list', 'list', 'watch 1', 'list', 'watch 5']);
});

t.test('neither silence nor a pause is longer than the sync period', async (t) => {
  const steps = [silence, status(500), listed(1), goesMute(), listed(5)];
  const { asked } = await follow(t, steps, { ...LONG, syncPeriodMs: 200 });
  t.strictSame(asked, ['list', 'list', 'list', 'watch 1', 'list', 'watch 5']);
});

t.test('a watch that tells and tells is ended by the sync period', async (t) => {
  const tellsForEver: Step = (response) => {
    const timer = setInterval(() => response.write(bookmark(2)), 10);
    response.once('close', () => clearInterval(timer));
  };
  const timing = { syncPeriodMs: 300 };
  const { asked, seen, pauseBefore } = await follow(
    t,
    [listed(1), tellsForEver, listed(5)],
    timing,
  );
  t.strictSame(asked, ['list', 'watch 1', 'list', 'watch 5']);
  t.ok(pauseBefore(2) >= 265, `${pauseBefore(2)} ms`);
  t.equal(seen.failed, 0, 'which is no failure');
});

for (const [what, step] of [
  ['ends at once', tells()],
  ['is forbidden', status(403)],
] as const) {
  t.test(`a watch that ${what} is asked for less and less often`, async (t) => {
    const timing = { backoffMinMs: 200, backoffMaxMs: 5_000 };
    const steps = [listed(1), step, listed(1), step, listed(1), step, listed(1)];
    const { pauseBefore } = await follow(t, steps, timing);
    for (const [index, shortest] of [100, 200, 400].entries()) {
      t.ok(pauseBefore(2 * index + 2) >= shortest - 5, `${pauseBefore(2 * index + 2)} ms`);
    }
  });
}
