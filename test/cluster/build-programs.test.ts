import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { buildPrograms } from '@mailprovider/cluster/build-programs';
import { hasGo } from '@mailprovider/cluster/go-build';
import t from 'tap';
import { toolchain } from './toolchain.ts';

const BUILD = 'echo program > "$OUT"; chmod 755 "$OUT"';

t.test('each program is built once, with its version stamped in', async (t) => {
  const { options, calls, built } = await toolchain(t, BUILD);
  const messages: string[] = [];
  const progress = (message: string) => messages.push(message);
  const programs = await buildPrograms({ ...options, progress });
  for (const file of Object.values(programs)) t.equal(await readFile(file, 'utf8'), 'program\n');
  t.equal((await built()).length, 5, 'two folders and three programs');
  t.match(await calls(), [/etcd\/server\/v3$/, /cmd\/kube-apiserver$/, /cmd\/kubectl$/]);
  for (const call of await calls()) {
    t.match(call, /^build -trimpath .*gitVersion=v1\.\d+\.\d+ .*gitMajor=1 .*gitMinor=\d+ /);
  }
  t.match(messages, [
    /once, into/,
    /etcd v3.*1 of 3/,
    /apiserver v1.*2 of 3/,
    /kubectl v1.*3 of 3/,
  ]);
  await buildPrograms(options);
  t.equal((await calls()).length, 3, 'what is there is not built again');
});

t.test('a build that fails leaves nothing and shows what Go said', async (t) => {
  const { options, built } = await toolchain(t, `${BUILD}; echo no space left >&2; exit 1`);
  await t.rejects(buildPrograms(options), {
    message: /go build go\.etcd\.io\/etcd\/server\/v3 ended with exit code 1.*\n.*no space left/,
  });
  t.equal((await built()).length, 2, 'two folders');
});

t.test('an interrupted build leaves nothing', async (t) => {
  const { options, built } = await toolchain(t, `${BUILD}; sleep 60`);
  const controller = new AbortController();
  const building = buildPrograms({ ...options, signal: controller.signal });
  const reason = new Error('interrupted');
  while (!(await built()).some((file) => file.endsWith('program'))) await setImmediate();
  controller.abort(reason);
  await t.rejects(building, reason);
  t.equal((await built()).length, 2, 'two folders');
});

t.test('two builds at once do each other no harm', async (t) => {
  const { options, built } = await toolchain(t, BUILD);
  const [one, two] = await Promise.all([buildPrograms(options), buildPrograms(options)]);
  t.strictSame(one, two);
  for (const file of Object.values(one)) t.equal(await readFile(file, 'utf8'), 'program\n');
  t.equal((await built()).length, 5);
});

t.test('a missing Go is noticed', async (t) => {
  t.equal(await hasGo({ PATH: t.testdir() }), false);
  const { options } = await toolchain(t, 'true');
  t.equal(await hasGo({ PATH: options.environment['PATH'] }), true);
});
