import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  buildNatsServer,
  builtNatsServer,
  findNatsServer,
} from '@mailprovider/cluster/nats/nats-program';
import t from 'tap';
import { toolchain } from './toolchain.ts';

/** Puts a program there that says its version. */
async function putProgram(file: string, version: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n[ "$1" = --version ] && echo nats-server: v${version}\n`);
  await chmod(file, 0o755);
  return file;
}

t.test('nats-server is taken from KUBEBUILDER_ASSETS, then the cache, then PATH', async (t) => {
  const directory = t.testdir();
  const [assetsDirectory, cacheDirectory] = [join(directory, 'assets'), join(directory, 'cache')];
  const path = `/nowhere:${join(directory, 'bin')}`;
  const search = { assetsDirectory, cacheDirectory, path };
  t.equal(await findNatsServer(search), undefined, 'assets without it are no error');
  const onPath = await putProgram(join(directory, 'bin/nats-server'), '2.12.0');
  t.equal(await findNatsServer(search), onPath);
  const built = await putProgram(await builtNatsServer(cacheDirectory), '2.15.2');
  t.equal(await findNatsServer(search), built);
  const asset = await putProgram(join(assetsDirectory, 'nats-server'), '2.15.2');
  t.equal(await findNatsServer(search), asset);
  t.equal(await findNatsServer({ ...search, assetsDirectory: undefined }), built);
});

t.test('a nats-server on PATH that is too old, or is none, is passed over', async (t) => {
  const directory = t.testdir();
  const file = join(directory, 'nats-server');
  const search = { assetsDirectory: undefined, cacheDirectory: '/nowhere', path: directory };
  for (const version of ['2.11.9', '1.12.0', 'nonsense']) {
    await putProgram(file, version);
    t.equal(await findNatsServer(search), undefined, version);
  }
});

t.test('nats-server is built once, where it is found then', async (t) => {
  const { options, calls } = await toolchain(t, 'echo program > "$OUT"; chmod 755 "$OUT"');
  const messages: string[] = [];
  const progress = (message: string) => messages.push(message);
  const program = await buildNatsServer({ ...options, progress });
  t.equal(await readFile(program, 'utf8'), 'program\n');
  t.match(await calls(), [
    /^build -trimpath -mod=readonly .*github.com\/nats-io\/nats-server\/v2$/,
  ]);
  t.match(messages, [/^building nats-server v2\.\d+\.\d+ /]);
  const { cacheDirectory } = options;
  t.equal(await findNatsServer({ assetsDirectory: undefined, cacheDirectory, path: '' }), program);
  await buildNatsServer(options);
  t.equal((await calls()).length, 1, 'what is there is not built again');
});
